"""Why somebody above the village changes a plan: they must say it, the village may read it."""

from app.models.store import Store
from app.ops.plan_errors import ReasonMissingError


def checked(store: Store, reason: str) -> str:
    """Return the reason without margins.

    Raises:
        ReasonMissingError: a township or county gives none.
    """
    given = reason.strip()
    if not given and store.level != "village":
        raise ReasonMissingError
    return given
