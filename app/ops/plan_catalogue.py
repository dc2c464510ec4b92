"""The measure catalogue that comes with the program, by month."""

from functools import lru_cache

from app.domain.period import Period
from app.domain.plan_catalogue import MeasureCatalogue, parse_catalogue
from app.ops.catalogue import RESOURCES, NoPolicyError, read_toml


@lru_cache(maxsize=1)
def catalogues() -> tuple[MeasureCatalogue, ...]:
    """Return all editions, oldest first."""
    paths = sorted((RESOURCES / "measures").glob("*.toml"))
    read = [parse_catalogue(read_toml(path), path.name) for path in paths]
    return tuple(sorted(read, key=lambda catalogue: catalogue.valid_from))


def catalogue_for(period: Period) -> MeasureCatalogue:
    """Return the edition of a month.

    Raises:
        NoPolicyError: none is valid in that month.
    """
    valid = [one for one in catalogues() if one.valid_from <= str(period)]
    if not valid:
        raise NoPolicyError("resources/measures", str(period), "措施目录")
    return valid[-1]
