"""A table of a report on screen: every figure with rows behind it is a door."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
)

from app.domain.statistics.table import Cell, Column, ReportTable
from app.ui.table_model import Index

_ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WORD = 5  # characters of a heading on one line
_LEAST, _WIDEST = 4, 16  # characters of a column


class ReportModel(QAbstractTableModel):
    """The cells of one table; labels of rows are the header at the left, which stays."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: ReportTable | None = None

    def show_table(self, table: ReportTable) -> None:
        """Show another table."""
        self.beginResetModel()
        self.shown = table
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.shown is None else len(self.shown.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.shown is None else len(self.shown.columns)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if self.shown is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            line = self.shown.rows[section]
            if role == Qt.ItemDataRole.FontRole:
                return _bold(is_total=line.is_total)
            return line.label if role == Qt.ItemDataRole.DisplayRole else None
        return heading(self.shown.columns[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if cell is None or self.shown is None:
            return None
        line, column = self.shown.rows[index.row()], self.shown.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            door = "，Enter 看名单" if is_door(cell) else ""
            return f"{line.label}，{column.heading}：{cell.text}{door}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column.unit:
            return _RIGHT
        if role == Qt.ItemDataRole.FontRole:
            font = _bold(is_total=line.is_total)
            font.setUnderline(is_door(cell))
            return font
        return None

    def cell(self, index: Index) -> Cell | None:
        """Return the figure at a place."""
        if self.shown is None or not index.isValid():
            return None
        return self.shown.rows[index.row()].cells[index.column()]


class ReportTableView(QTableView):
    """Arrows move from figure to figure; ``opened`` carries label, heading and the ``Cell``."""

    opened = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.figures = ReportModel()
        self.setModel(self.figures)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(20)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.doubleClicked.connect(self._open)
        self._corner = QLabel()
        corner = self.findChild(QAbstractButton)
        if corner is not None:
            layout = QVBoxLayout(corner)
            layout.setContentsMargins(6, 0, 6, 0)
            layout.addWidget(self._corner)

    def show_table(self, table: ReportTable) -> None:
        """Show a table with the cursor on its first figure."""
        self.figures.show_table(table)
        self.setAccessibleName(table.full_title)
        self._corner.setText(table.row_heading)
        self._fit()
        if table.rows and table.columns:
            self.setCurrentIndex(self.figures.index(0, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_tsv())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def as_tsv(self) -> str:
        """Return the whole table as tab-separated text for WPS."""
        table = self.figures.shown
        if table is None:
            return ""
        lines = [[table.row_heading, *(_one_line(c) for c in table.columns)]]
        lines += [[line.label, *(cell.text for cell in line.cells)] for line in table.rows]
        return "".join("\t".join(line) + "\n" for line in lines)

    def _open(self, index: QModelIndex) -> None:
        table, cell = self.figures.shown, self.figures.cell(index)
        if table is not None and cell is not None and is_door(cell):
            column = table.columns[index.column()]
            words = f"{table.rows[index.row()].label}　{column.group}{column.heading} {cell.text}"
            self.opened.emit(words, cell)

    def _fit(self) -> None:
        """Share the width among the columns; wide tables keep their row labels and scroll."""
        table = self.figures.shown
        if table is None:
            return
        unit = self.fontMetrics().horizontalAdvance("汉")
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.4))
        self.verticalHeader().setMaximumWidth(unit * 16)
        wanted = [_width(table, place) * unit for place in range(len(table.columns))]
        room = self.viewport().width()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        spare = max(0, room - sum(wanted)) // max(1, len(wanted))
        spare = min(spare, unit * 6)
        for place, wide in enumerate(wanted):
            self.setColumnWidth(place, wide + spare)


def is_door(cell: Cell) -> bool:
    """Tell whether there are rows behind a figure."""
    return bool(cell.ids)


def heading(column: Column) -> str:
    """Return a column's heading, under that of its group, on short lines."""
    parts = [line for text in (column.group, column.label) for line in _lines(text)]
    if column.unit and column.unit != column.label:
        parts.append(f"（{column.unit}）")
    return "\n".join(parts)


def _one_line(column: Column) -> str:
    unit = f"（{column.unit}）" if column.unit and column.unit != column.label else ""
    return "·".join(filter(None, (column.group, column.label))) + unit


def _lines(text: str) -> list[str]:
    """Return a word on one line, a long one on two, none of nothing."""
    half = -(-len(text) // 2)
    return [text[:half], text[half:]] if len(text) > _WORD else [text] if text else []


def _width(table: ReportTable, place: int) -> int:
    texts = [line.cells[place].text for line in table.rows[:200]]
    longest = max((_length(text) for text in texts), default=0)
    words = max(_length(part) for part in heading(table.columns[place]).split("\n"))
    return round(min(_WIDEST, max(_LEAST, longest, words)) + 1)


def _length(text: str) -> float:
    return sum(0.55 if ord(sign) < 0x300 else 1.0 for sign in text)


def _bold(*, is_total: bool) -> QFont:
    font = QGuiApplication.font()
    font.setBold(is_total)
    return font
