"""A village that has imported its first roster: made once a process, copied for each test."""

import functools
import tempfile
from datetime import date
from pathlib import Path

from app.domain.ownership import Actor
from app.ops import roster
from tests.conftest import VILLAGE, Kept, keep, make_store
from tests.excel import keys

FIRST = keys.ROSTERS / "01_村台账_整洁.xlsx"
TODAY = date(2025, 10, 31)


@functools.cache
def first_imported() -> Kept:
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder), "village", VILLAGE, "上坝村")
        preview = roster.preview_import(store, [FIRST], TODAY)
        roster.apply_import(store, Actor("张卫东", "administrator"), preview)
        return keep(store)
