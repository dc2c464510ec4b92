"""手册: what to do when something happened, in the program itself."""

from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from app.paths import RESOURCES

MANUAL = RESOURCES / "manual" / "手册.md"


class ManualView(QWidget):
    """The manual as text that scrolls; nothing in it leads out of the program."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QTextBrowser()
        self.text.setAccessibleName("手册")
        self.text.setOpenLinks(False)
        self.text.setMarkdown(MANUAL.read_text(encoding="utf-8"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
