"""The seven steps 排访评录测补销 with the day on which each was last done."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.ops.seven_steps import Bar
from app.ui import colours

_WORDS = {"排": "排查", "访": "入户", "评": "评议", "录": "录入", "测": "监测", "补": "补短",
          "销": "销号"}  # fmt: skip


class StepBar(QWidget):
    """One box a step: sign, word and day, so that it reads without colour too."""

    def __init__(self, bar: Bar = ()) -> None:
        super().__init__()
        self._bar, self._joint = bar, "\n"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(3)
        self.boxes = {name: QLabel() for name in _WORDS}
        for box in self.boxes.values():
            box.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row.addWidget(box, 1)
        self.show_bar(bar)

    def set_joint(self, joint: str) -> None:
        """Set what stands between a step and its day: a line, or a blank where there is width."""
        self._joint = joint
        self.show_bar(self._bar)

    def show_bar(self, bar: Bar) -> None:
        """Show the steps of another household."""
        self._bar, days = bar, dict(bar)
        for name, box in self.boxes.items():
            done_on = days.get(name)
            sign, short = ("✓", f"{done_on:%m-%d}") if done_on else ("○", "—")
            box.setText(f"{sign}{name}{self._joint}{short}")
            ink = colours.DONE if done_on else colours.MUTED
            fill = colours.ACCENT_PALE if done_on else colours.GROUND
            box.setStyleSheet(
                f"color: {ink}; background: {fill}; border: 1px solid {colours.LINE};"
                " border-radius: 3px; padding: 1px 2px;"
            )
            day = f"{done_on:%Y-%m-%d}" if done_on else "还没有办"
            box.setToolTip(f"{_WORDS[name]}　{day}")
            box.setAccessibleName(f"{_WORDS[name]}，{day}")
