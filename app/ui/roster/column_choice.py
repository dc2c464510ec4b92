"""Ins: which columns the list of households shows."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.parts import button, give_size, quiet


class ColumnChoice(QDialog):
    """A list to tick with Space; titles in ``always`` stay."""

    def __init__(
        self,
        parent: QWidget | None,
        offered: Sequence[str],
        shown: Collection[str],
        always: Collection[str],
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("选列")
        self.list = QListWidget()
        self.list.setAccessibleName("列")
        for title in offered:
            item = QListWidgetItem(title)
            item.setCheckState(Qt.CheckState.Checked if title in shown else Qt.CheckState.Unchecked)
            if title in always:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.list.itemActivated.connect(self._turn)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("不改", self.reject))
        row.addWidget(button("显示这些列", self.accept, primary=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(quiet("↑↓ 选，空格勾上或去掉。窗口窄时，次要的列会先让开。"))
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        give_size(self, 24, 28)

    def chosen(self) -> list[str]:
        """Return the ticked titles in their order."""
        items = (self.list.item(number) for number in range(self.list.count()))
        return [one.text() for one in items if one.checkState() == Qt.CheckState.Checked]

    def _turn(self, item: QListWidgetItem) -> None:
        is_on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)
