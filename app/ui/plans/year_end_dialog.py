"""结转: the list of what goes over into the next year; a person ticks, nothing goes silently."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.ops.plan_year_end import CarryLine, YearEnd
from app.ui.parts import button, give_size, plain, quiet

_ID = Qt.ItemDataRole.UserRole


class YearEndDialog(QDialog):
    """``carry_requested`` carries the ids of the ticked measures."""

    carry_requested = Signal(list)

    def __init__(self, parent: QWidget, shown: YearEnd) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"结转到{shown.year}年")
        self.list = QListWidget()
        self.list.setAccessibleName("要结转的措施")
        for line in shown.to_carry:
            self.list.addItem(_item(line))
        self.take_button = button("", self.accept, primary=True)
        row = QHBoxLayout()
        row.addWidget(button("全选", lambda: self._tick_all(Qt.CheckState.Checked)))
        row.addWidget(button("全不选", lambda: self._tick_all(Qt.CheckState.Unchecked)))
        row.addStretch()
        row.addWidget(button("先不结转", self.reject))
        row.addWidget(self.take_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(plain(_heading(shown)))
        layout.addWidget(self.list, 1)
        if shown.to_decide:
            layout.addWidget(quiet(_to_decide(shown)))
        layout.addLayout(row)
        self.list.itemChanged.connect(lambda _item: self._count())
        self._count()
        give_size(self, 44, 30)

    def ticked(self) -> list[str]:
        """Return the ids of the ticked measures."""
        items = (self.list.item(number) for number in range(self.list.count()))
        return [str(i.data(_ID)) for i in items if i.checkState() is Qt.CheckState.Checked]

    def accept(self) -> None:
        """Hand on what is ticked."""
        self.carry_requested.emit(self.ticked())
        super().accept()

    def _tick_all(self, state: Qt.CheckState) -> None:
        for number in range(self.list.count()):
            self.list.item(number).setCheckState(state)

    def _count(self) -> None:
        count = len(self.ticked())
        self.take_button.setText(f"结转选中的{count}条")
        self.take_button.setEnabled(count > 0)


def _item(line: CarryLine) -> QListWidgetItem:
    end = f"　完成时间{line.planned_end_on.isoformat()}" if line.planned_end_on else ""
    text = f"{line.household_no}号　{line.head_name}户　{line.text}　{line.state}{end}"
    item = QListWidgetItem(text)
    item.setData(_ID, line.measure_id)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked)
    return item


def _heading(shown: YearEnd) -> str:
    if not shown.to_carry:
        return f"没有要结转到{shown.year}年的措施。"
    return f"还在落实和长期享受的措施，选中的结转到{shown.year}年，在计划表上标“结转”。"


def _to_decide(shown: YearEnd) -> str:
    numbers = "、".join(dict.fromkeys(line.household_no for line in shown.to_decide[:20]))
    more = "等" if len(shown.to_decide) > 20 else ""
    return f"另有{len(shown.to_decide)}条还是拟定，不结转，请逐条开始或终止：{numbers}号{more}。"
