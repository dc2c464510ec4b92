"""A severity chip: word, sign and colour together, so that grey paper and grey eyes can read it."""

from PySide6.QtWidgets import QLabel, QWidget

from app.ui.colours import TONES, severity_text


class SeverityChip(QLabel):
    """A small label such as ``红■2``; hidden while there is nothing to say."""

    def __init__(self, severity: str = "none", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.set_severity(severity)

    def set_severity(self, severity: str, suffix: str = "") -> None:
        """Show ``severity`` followed by ``suffix`` (a count, or a word)."""
        tone = TONES.get(severity)
        self.setVisible(tone is not None)
        if tone is None:
            self.clear()
            return
        self.setText(f"{severity_text(severity)}{suffix}")
        self.setStyleSheet(
            f"color: {tone.ink}; background: {tone.fill}; border: 1px solid {tone.ink};"
        )
        self.setAccessibleName(f"级别{tone.word}{suffix}")
