"""The seven steps 排访评录测补销 with the day on which each was last done."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.ui import colours

Bar = Sequence[tuple[str, date | None]]
_WORDS = {"排": "排查", "访": "入户", "评": "评议", "录": "录入", "测": "监测", "补": "补短",
          "销": "销号"}  # fmt: skip


class StepBar(QWidget):
    """One box a step: sign, word and day, so that it reads without colour too."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self.boxes: list[QLabel] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(3)
        for name, done_on in bar:
            is_done = done_on is not None
            short = f"{done_on:%m-%d}" if done_on is not None else "—"
            box = QLabel(f"{'✓' if is_done else '○'}{name}\n{short}")
            box.setAlignment(Qt.AlignmentFlag.AlignCenter)
            ink = colours.DONE if is_done else colours.MUTED
            fill = colours.ACCENT_PALE if is_done else colours.GROUND
            box.setStyleSheet(
                f"color: {ink}; background: {fill}; border: 1px solid {colours.LINE};"
                " border-radius: 3px; padding: 1px 2px;"
            )
            day = f"{done_on:%Y-%m-%d}" if done_on is not None else "还没有办"
            box.setToolTip(f"{_WORDS.get(name, name)}　{day}")
            box.setAccessibleName(f"{_WORDS.get(name, name)}，{day}")
            self.boxes.append(box)
            layout.addWidget(box, 1)
