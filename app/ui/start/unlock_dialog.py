"""The passphrase at start."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from app.errors import AppError
from app.ui.page import Store
from app.ui.parts import button, plain, quiet, title
from app.ui.problems import as_app_error
from app.ui.start.passphrase_field import PassphraseField


class UnlockDialog(QDialog):
    """Asks until the replica opens or the user gives up; ``store`` is the open replica."""

    def __init__(self, open_store: Callable[[str], Store]) -> None:
        super().__init__()
        self._open = open_store
        self.store: Store = None
        self.setWindowTitle("驻村")
        self.field = PassphraseField("口令")
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        layout.addWidget(title("请输入口令"))
        layout.addWidget(quiet("数据只存在这台电脑，并已加密。"))
        layout.addWidget(self.field)
        layout.addWidget(self.problem)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("退出", self.reject))
        row.addWidget(button("打开", self.try_open, primary=True))
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 28)
        self.field.returnPressed.connect(self.try_open)
        self.field.caps_changed.connect(self._on_caps)

    def try_open(self) -> None:
        """Open the replica with what was typed; the reason of a refusal stays on the screen."""
        try:
            self.store = self._open(self.field.text())
        except Exception as error:
            self._refuse(as_app_error(error))
            return
        self.accept()

    def _refuse(self, error: AppError) -> None:
        self.problem.setText(error.user_text())
        self.field.selectAll()
        self.field.setFocus()

    def _on_caps(self, is_on: bool) -> None:
        self.problem.setText("大写锁定开着。" if is_on else "")
