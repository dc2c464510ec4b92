"""Ends a device that is lost: which one, and why. What has been taken in stays."""

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.ops.devices import DeviceLine
from app.ui.parts import button, plain, title

_ADVICE = (
    "已收到的都算数，以后用它做的一律无效，各处收到变更包后都照此办理。"
    "先把手里还没有导入的包导入，再停用。"
)


class RevokeDialog(QDialog):
    """Accepted when a device and a reason are given."""

    def __init__(self, parent: QWidget, lines: list[DeviceLine]) -> None:
        super().__init__(parent)
        self.setWindowTitle("停用设备")
        self.device, self.why = QComboBox(), QLineEdit()
        for line in lines:
            self.device.addItem(f"{line.name}（{line.device_id[:8]}）", line.device_id)
        self.device.setAccessibleName("设备")
        self.why.setPlaceholderText("如 电脑丢了")
        self.go = button("停用", self.accept, primary=True)
        self.go.setEnabled(False)
        self.why.returnPressed.connect(self.go.click)
        self.why.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))
        form = QFormLayout()
        form.addRow("设备", self.device)
        form.addRow("原因", self.why)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        for part in (title("停用设备"), plain(_ADVICE)):
            layout.addWidget(part)
        layout.addLayout(form)
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 30)
