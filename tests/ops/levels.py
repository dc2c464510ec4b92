"""One database that acts as village, township or county in turn, for stories across levels."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.models.store import Store
from tests.conftest import COUNTY, TOWNSHIP, VILLAGE

AREAS = {"village": VILLAGE, "township": TOWNSHIP, "county": COUNTY}


@contextmanager
def acting_as(store: Store, level: str) -> Iterator[Store]:
    """Let the replica be of another level for a while: its journal judges by that level."""
    own = store.identity
    store._identity = replace(own, level=level, area_code=AREAS[level])
    try:
        yield store
    finally:
        store._identity = own
