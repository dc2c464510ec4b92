"""Enrolment: comparing fingerprints over the telephone, in both directions."""

from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.parts import button, plain, quiet, title, without_input_method


class FingerprintDialog(QDialog):
    """Shows one fingerprint and takes the other one as it was read out; may stay empty."""

    def __init__(self, parent: QWidget, heading: str, sentence: str, shown: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.typed = QLineEdit()
        without_input_method(self.typed)
        self.typed.setPlaceholderText("8组4位数字，照对方念的输入")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(title(heading))
        layout.addWidget(plain(sentence))
        form = QFormLayout()
        if shown:
            form.addRow("这份文件的指纹", plain(shown))
        form.addRow("对方念的指纹", self.typed)
        layout.addLayout(form)
        layout.addWidget(quiet("当面或打电话核对。没法核对可以空着，以后再补。"))
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("先不登记", self.reject))
        row.addWidget(button("登记", self.accept, primary=True))
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 36)
        self.typed.returnPressed.connect(self.accept)

    def fingerprint(self) -> str | None:
        """Return what was typed, None if nobody read it out."""
        return self.typed.text().strip() or None
