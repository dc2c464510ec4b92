"""佐证 of a step: which paper it is, and its photo or scan."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.attachment import count_text
from app.ops.attachments import Thing
from app.ui.attachments.panel import AttachmentPanel
from app.ui.page import Desk
from app.ui.review.step_fields import ChoiceField, TextField


class PaperField(QWidget):
    """The name of a paper over the photos of it; photos alone are an answer too.

    Without ``things`` the photos wait until ``panel.hang_on`` says what they are of.
    """

    def __init__(self, desk: Desk, things: Sequence[Thing], words: TextField | ChoiceField) -> None:
        super().__init__()
        self.words = words
        self.panel = AttachmentPanel(desk, empty="")
        self.panel.show_things(things)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.words, self.panel):
            layout.addWidget(widget)
        self.setFocusProxy(self.words)

    def value(self) -> str:
        """Return the name of the paper, else how many photos there are, "" without either."""
        return self.words.value() or count_text(self.panel.media_types())

    def set_value(self, text: str) -> None:
        """Show the name that is known already."""
        self.words.set_value(text)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.words.setAccessibleName(name)
