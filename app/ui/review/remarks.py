"""Ready remarks for a return, from the catalogue; a digit puts one into the field."""

import re
from collections.abc import Mapping
from functools import lru_cache

from app.ops.catalogue import read_toml
from app.ui.resources import resource

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@lru_cache(maxsize=1)
def remarks() -> tuple[str, ...]:
    """Return the ready remarks in their order; the newest edition counts."""
    editions = sorted(resource("remarks").glob("*.toml"))
    return tuple(str(text) for text in read_toml(editions[-1])["remarks"])


def filled(text: str, lookups: Mapping[str, str]) -> str:
    """Return a remark with every placeholder that the program knows the word for filled in."""
    return _PLACEHOLDER.sub(lambda found: lookups.get(found[1]) or found[0], text)


def placeholder(text: str) -> tuple[int, int] | None:
    """Return where the first placeholder stands that waits to be written over."""
    found = _PLACEHOLDER.search(text)
    return (found.start(), found.end()) if found else None
