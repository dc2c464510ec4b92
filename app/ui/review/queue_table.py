"""The list of the queue: space ticks, Ctrl+A ticks all that may be ticked."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.ui.data_table import DataTable
from app.ui.review import review_matter
from app.ui.review.review_matter import ReviewMatter


class QueueTable(DataTable):
    """Shows matters; ``ticks_changed`` after a tick, ``refused`` where a red one was meant."""

    ticks_changed = Signal()
    refused = Signal(str)

    def __init__(self, today: date) -> None:
        self._ticked: set[str] = set()
        super().__init__(review_matter.columns(self._ticked, today), "待审事项")

    def ticked(self) -> list[ReviewMatter]:
        """Return the ticked matters that are shown."""
        return [one for one in self.table.rows() if one.key in self._ticked]

    def set_rows(self, rows: Sequence[ReviewMatter]) -> None:
        """Show matters; what is no longer shown loses its tick."""
        self._ticked &= {one.key for one in rows}
        super().set_rows(rows)

    def clear_ticks(self) -> None:
        self._ticked.clear()
        self._show_ticks()

    def toggle(self, one: ReviewMatter | None) -> None:
        """Tick a matter, or take its tick away."""
        if one is None:
            return
        if not one.may_be_ticked:
            self.refused.emit("红色的要逐条看，不能勾选。")
            return
        self._ticked ^= {one.key}
        self._show_ticks()

    def tick_all(self) -> None:
        """Tick everything shown that may be ticked; again, and nothing is."""
        every = {one.key for one in self.table.rows() if one.may_be_ticked}
        is_full = every <= self._ticked
        self._ticked.clear()
        if not is_full:
            self._ticked |= every
        self._show_ticks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.toggle(self.current())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.tick_all()
        else:
            super().keyPressEvent(event)

    def _show_ticks(self) -> None:
        self.viewport().update()
        self.ticks_changed.emit()
