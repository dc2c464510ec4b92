"""A table for the keyboard: arrows move, Enter opens, Ctrl+C copies for WPS."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
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

_MARGIN = 1.2  # characters beside the text of a cell
_STRETCH_LEAST = 8  # characters that a column without a width needs


class _CellDelegate(QStyledItemDelegate):
    """Keeps the colour of a severity also in the selected row."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)  # type: ignore[attr-defined]


class DataTable(QTableView):
    """Shows a ``TableModel``; ``opened`` carries the row that Enter or a double click chose."""

    opened = Signal(object)
    moved = Signal(object)

    def __init__(self, columns: Sequence[Column], name: str) -> None:
        super().__init__()
        self.table = TableModel(columns)
        self.setModel(self.table)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table, arrows move inside
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setItemDelegate(_CellDelegate(self))
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.doubleClicked.connect(lambda index: self.opened.emit(self.table.row_at(index.row())))
        self.selectionModel().currentRowChanged.connect(
            lambda index, _old: self.moved.emit(self.table.row_at(index.row()))
        )
        self._fit()

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

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()  # the font, and so the width of a character, may have changed
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give columns their width; never scroll sideways, rather leave spare columns out."""
        unit = self.fontMetrics().horizontalAdvance("汉")
        header = self.horizontalHeader()
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.25))
        hidden = self._left_out(self.viewport().width() / unit)
        stretched = False
        for number, column in enumerate(self.table.columns):
            self.setColumnHidden(number, number in hidden)
            if column.width:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(number, round(unit * (column.width + _MARGIN)))
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
                stretched = True
        header.setStretchLastSection(not stretched)

    def _left_out(self, room: float) -> set[int]:
        """Return the columns that ``room`` (in characters) does not hold, most spare first."""
        columns = self.table.columns
        wanted = {n: (c.width or _STRETCH_LEAST) + _MARGIN for n, c in enumerate(columns)}
        hidden: set[int] = set()
        spare = sorted((c.spare, n) for n, c in enumerate(columns) if c.spare)
        while spare and sum(w for n, w in wanted.items() if n not in hidden) > room:
            hidden.add(spare.pop()[1])
        return hidden
