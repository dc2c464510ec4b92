"""A table for the keyboard: arrows move, Enter opens, Ctrl+C copies for WPS."""

from collections.abc import Container, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.ui.table_model import Column, Index, TableModel

_WRAPPED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_LINE, _ROWS = 1.25, 4.5  # height of a row in lines of text; rows that are always to be seen
_MARGIN = 1.2  # characters beside the text of a cell
# Characters that a column without a width should have, and must before the others grow narrow.
_STRETCH_LEAST, _STRETCH_SHORT = 9.0, 5.0


class _CellDelegate(QStyledItemDelegate):
    """Keeps the colour of a severity also in the selected row."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)  # type: ignore[attr-defined]


class DataTable(QTableView):
    """Shows a ``TableModel``; ``opened`` carries the row that Enter or a double click chose.

    ``empty`` is said where there is no row.
    """

    opened = Signal(object)
    moved = Signal(object)

    def __init__(self, columns: Sequence[Column], name: str, empty: str = "") -> None:
        super().__init__()
        self._empty = empty
        self.table = TableModel(columns)
        self.setModel(self.table)
        self.setAccessibleName(name)
        self.setAccessibleDescription(empty)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table, arrows move inside
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setItemDelegate(_CellDelegate(self))
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.doubleClicked.connect(lambda index: self.opened.emit(self.table.row_at(index.row())))
        self.selectionModel().currentRowChanged.connect(
            lambda index, _old: self.moved.emit(self.table.row_at(index.row()))
        )
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Ask for a few rows; a page that has no room for them scrolls."""
        line = self.fontMetrics().height() * _LINE
        return QSize(super().minimumSizeHint().width(), round(line * _ROWS))

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show ``rows`` and keep a current row, so that the keyboard has somewhere to stand."""
        number = max(self.currentIndex().row(), 0)
        self.table.set_rows(rows)
        if rows and not self.currentIndex().isValid():
            self.selectRow(min(number, len(rows) - 1))

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns of the same rows."""
        number = max(self.currentIndex().row(), 0)
        self.table.set_columns(columns)
        self._fit()
        if self.table.rowCount():
            self.selectRow(number)

    def current(self) -> Any:
        """Return the value of the current row, None without one."""
        return self.table.row_at(self.currentIndex().row())

    def chosen(self) -> list[Any]:
        """Return the values of all selected rows, in the order shown."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.table.row_at(number) for number in numbers]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
            QGuiApplication.clipboard().setText(self.table.as_tsv(numbers))
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            if self.current() is not None:
                self.opened.emit(self.current())
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty and not self.table.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            around = self.viewport().rect().adjusted(12, 12, -12, -12)
            painter.drawText(around, _WRAPPED, self._empty)

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()  # the font, and so the width of a character, may have changed
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give columns their width; never scroll sideways: spare ones go, then all grow narrow."""
        unit = self.fontMetrics().horizontalAdvance("汉")
        header = self.horizontalHeader()
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * _LINE))
        room = self.viewport().width() / unit
        hidden = self._left_out(room)
        fixed, elastic = self._wanted(hidden, 0), self._wanted(hidden, _STRETCH_SHORT)
        share = min(1.0, (room - elastic + fixed) / max(1.0, fixed))
        stretched = False
        for number, column in enumerate(self.table.columns):
            self.setColumnHidden(number, number in hidden)
            if column.width:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(number, int(unit * (column.width + _MARGIN) * share))
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
                stretched = True
        header.setStretchLastSection(not stretched)

    def _left_out(self, room: float) -> set[int]:
        """Return the columns that ``room`` (in characters) does not hold, most spare first."""
        hidden: set[int] = set()
        spare = sorted((c.spare, n) for n, c in enumerate(self.table.columns) if c.spare)
        while spare and self._wanted(hidden, _STRETCH_LEAST) > room:
            hidden.add(spare.pop()[1])
        return hidden

    def _wanted(self, hidden: Container[int], stretched: float) -> float:
        """Return the characters that the shown columns need, one without a width ``stretched``."""
        shown = (c for n, c in enumerate(self.table.columns) if n not in hidden)
        return sum(c.width + _MARGIN if c.width else stretched for c in shown)
