"""Pictures of every page, at ordinary and at large text."""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.models.store import Store
from app.ui.tour import tour


@pytest.mark.parametrize("scale", [1.0, 1.5])
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
    window = QImage(str(pictures[0]))
    assert (window.width(), window.height()) == (1366, 768)
