"""Search from anywhere: 张三, zs, zhangsan, last four digits, household number."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit

Hit = tuple[str, str]  # household id, line shown
NOTHING = "没有找到“{text}”。可用姓名、拼音首字母、证件号或电话后四位、户号。"
_ID_ROLE = Qt.ItemDataRole.UserRole


class SearchBox(QLineEdit):
    """A line that lists households while typing; ``opened`` carries the household id."""

    opened = Signal(str)
    left = Signal()

    def __init__(self, find: Callable[[str], Sequence[Hit]]) -> None:
        super().__init__()
        self._find = find
        self.setPlaceholderText("姓名、拼音首字母、户号、后四位")
        self.setAccessibleName("搜索")
        self.setClearButtonEnabled(True)
        self.hits = QStandardItemModel()
        completer = QCompleter(self.hits, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(12)
        self.setCompleter(completer)
        self.textEdited.connect(self._on_edited)
        # Connected to the index: the text of a line is not unique.
        completer.activated[QModelIndex].connect(self._on_activated)  # type: ignore[index]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.hits.item(0))
            return
        super().keyPressEvent(event)

    def _on_edited(self, text: str) -> None:
        self.hits.clear()
        wanted = text.strip()
        if not wanted:
            return
        found = self._find(wanted)
        for household_id, line in found:
            item = QStandardItem(line)
            item.setData(household_id, _ID_ROLE)
            self.hits.appendRow(item)
        if not found:
            item = QStandardItem(NOTHING.format(text=wanted))
            item.setEnabled(False)
            self.hits.appendRow(item)

    def _on_activated(self, index: QModelIndex) -> None:
        household_id = index.data(_ID_ROLE)
        if household_id:
            self._leave(str(household_id))

    def _open(self, item: QStandardItem | None) -> None:
        household_id = item.data(_ID_ROLE) if item is not None else None
        if household_id:
            self._leave(str(household_id))

    def _leave(self, household_id: str) -> None:
        self.completer().popup().hide()
        self.clear()
        self.opened.emit(household_id)
