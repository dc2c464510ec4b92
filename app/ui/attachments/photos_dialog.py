"""The photos of one thing in a dialog of their own."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops.attachments import Thing
from app.ui.attachments.panel import AttachmentPanel
from app.ui.page import Desk
from app.ui.parts import button, give_size, title


class PhotosDialog(QDialog):
    """Shows and adds; ``may_change`` False is looking only."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, about: str, things: Sequence[Thing], *,
        may_change: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("照片")
        self.panel = AttachmentPanel(desk, add_word="3 加照片")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(title(about))
        layout.addWidget(self.panel)
        layout.addStretch()
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("好了", self.accept, primary=True))
        layout.addLayout(row)
        self.panel.add_button.setShortcut("3")
        give_size(self, 36, 16)
        self.panel.show_things(things, may_change=may_change)
