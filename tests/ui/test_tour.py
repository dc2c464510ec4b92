"""Pictures of every page, at ordinary and at large text."""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.models.store import Store
from app.ui.tour import SIZE, tour


def _fits(size: object) -> bool:
    return isinstance(size, tuple) and size[0] <= SIZE[0] and size[1] <= SIZE[1]


# The ordinary size comes last, so that it is that of the tests that follow.
@pytest.mark.parametrize("scale", [2.0, 1.0])
def test_every_page_is_pictured(
    village: Store, qapp: QApplication, tmp_path: Path, scale: float
) -> None:
    pictures = tour(village, "张卫东", tmp_path, scale)
    names = {path.stem.partition("-")[2] for path in pictures}
    assert {"workbench", "roster", "visits", "visits-chapter", "warnings", "exchange"} <= names
    assert {"roster-household", "keys", "first-use-0", "first-use-3"} <= names
    assert {"import-source", "import-preview", "import-columns", "import-decisions"} <= names
    assert {"import-done", "export", "copying"} <= names
    assert {f"roster-household-{tab}" for tab in range(2, 9)} <= names
    assert {"tasks", "to-type", "changes", "numbers", "sheet", "worksheet", "closing"} <= names
    assert {"quality-filled", "exchange-conflict", "clue", "change-death", "doubt"} <= names
    sizes = {path.stem: QImage(str(path)).size().toTuple() for path in pictures}
    assert sizes[pictures[0].stem] == SIZE
    assert {name: size for name, size in sizes.items() if not _fits(size)} == {}
