"""A forgotten passphrase: the key of the recovery sheet, and a new passphrase."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.parts import button, plain, quiet, title, without_input_method
from app.ui.problems import as_app_error
from app.ui.start.passphrase_field import PassphraseField

_HINT = "恢复单上的8组字，大小写、空格和横线都不要紧。用后请重新封好。"


class RecoverDialog(QDialog):
    """``recover(recovery key, new passphrase)`` does it; ``passphrase`` is the new one, or ""."""

    def __init__(self, parent: QWidget | None, recover: Callable[[str, str], None]) -> None:
        super().__init__(parent)
        self._recover = recover
        self.passphrase = ""
        self.setWindowTitle("用恢复单")
        self.key = QLineEdit()
        self.key.setAccessibleName("恢复密钥")
        self.key.setPlaceholderText("XXXX-XXXX-…")
        without_input_method(self.key)
        self.first, self.second = PassphraseField("新口令"), PassphraseField("再输一次")
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        form = QFormLayout()
        form.addRow("恢复密钥", self.key)
        form.addRow("新口令", self.first)
        form.addRow("再输一次", self.second)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("设新口令", self.try_recover, primary=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        layout.addWidget(title("忘了口令"))
        layout.addWidget(quiet(_HINT))
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 32)

    def try_recover(self) -> None:
        """Set the new passphrase; the reason of a refusal stays on the screen."""
        if self.first.text() != self.second.text():
            self.problem.setText("两次输入的还不一样。")
            return
        try:
            self._recover(self.key.text(), self.first.text())
        except Exception as error:
            self.problem.setText(as_app_error(error).user_text())
            return
        self.passphrase = self.first.text()
        self.accept()
