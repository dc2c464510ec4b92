"""One Qt model for lists of plain values, described column by column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.ui.colours import TONES

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()
# What does not fit into a cell is told by the tip.
_TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, text of a row, and how it sorts and looks.

    Attributes:
        width: in Chinese characters; 0 takes what is left.
        sort_key: default is the text itself.
        severity: key whose colours the cell takes.
        spare: 0 is always shown; where the room is short, the highest number goes first.
    """

    title: str
    text: Callable[[Any], str]
    width: int = 0
    sort_key: Callable[[Any], Any] | None = None
    right: bool = False
    severity: Callable[[Any], str] | None = None
    spare: int = 0


class TableModel(QAbstractTableModel):
    """A read-only table, replaced as a whole; holds values only."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._rows: list[Any] = []
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns of the same rows, in the order of the rows as given last."""
        self.beginResetModel()
        self.columns, self._sorted = tuple(columns), None
        self.endResetModel()

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show ``rows``; equal ones leave selection and scroll position alone."""
        ordered = self._in_order(list(rows))
        if ordered == self._rows:
            return
        self.beginResetModel()
        self._rows = ordered
        self.endResetModel()

    def rows(self) -> list[Any]:
        return list(self._rows)

    def row_at(self, number: int) -> Any:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and self.columns[section].right:
            return _RIGHT
        return self.columns[section].title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role in _TEXT_ROLES:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return _RIGHT
        if role == ROW_ROLE:
            return row
        if column.severity is not None:
            return _colour(column.severity(row), role)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._sorted = (column, order)
        self._rows = self._in_order(self._rows)
        self.layoutChanged.emit()

    def as_tsv(self, numbers: Sequence[int]) -> str:
        """Return rows as tab-separated text with a heading, ready for WPS or Excel."""
        lines = ["\t".join(column.title for column in self.columns)]
        for number in numbers:
            cells = (column.text(self._rows[number]) for column in self.columns)
            lines.append("\t".join(_plain(cell) for cell in cells))
        return "\n".join(lines) + "\n"

    def _in_order(self, rows: list[Any]) -> list[Any]:
        if self._sorted is None or self._sorted[0] < 0:
            return rows
        number, order = self._sorted
        column = self.columns[number]
        key = column.sort_key or column.text
        return sorted(rows, key=key, reverse=order == Qt.SortOrder.DescendingOrder)


def _colour(severity: str, role: int) -> QColor | None:
    tone = TONES.get(severity)
    if tone is None:
        return None
    if role == Qt.ItemDataRole.ForegroundRole:
        return QColor(tone.ink)
    return QColor(tone.fill) if role == Qt.ItemDataRole.BackgroundRole else None


def _plain(cell: str) -> str:
    text = cell.replace("\t", " ").replace("\n", " ")
    # A pasted cell must not start a formula.
    return f"'{text}" if text[:1] in ("=", "+", "@") else text
