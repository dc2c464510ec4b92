"""A small window above all others: Space puts the next field on the clipboard."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.domain.masking import masked_account, masked_id_no, masked_phone
from app.ops.copy_fields import CopyField, CopyRecord
from app.ui.announce import announce
from app.ui.copying import private_clipboard
from app.ui.parts import button, heading, plain, quiet, title

_NEXT = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MASKS = {
    "证件号码": masked_id_no,
    "残疾证号": masked_id_no,
    "电话": masked_phone,
    "账号": masked_account,
}


@dataclass(frozen=True, slots=True)
class Stop:
    """A field that has a value: whose, what, and the headings before it that stay empty."""

    person: int
    name: str
    field: CopyField
    skipped: tuple[str, ...]


class CopyWindow(QDialog):
    """Goes through the fields that have a value; ``copied_all`` after the last one."""

    copied_all = Signal()

    def __init__(
        self, parent: QWidget | None, what: str, records: Sequence[CopyRecord], *, ends: str
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle("复制模式")
        self._stops = stops(records)
        self._people = len(records)
        self._at = -1
        self._ends = ends
        self._held = ""
        self.what, self.person = title(what), plain()
        self.field, self.value = heading(), plain()
        self.coming, self.skipped = plain(), quiet()
        self.bar = QProgressBar()
        self.bar.setMaximum(max(1, len(self._stops)))
        self.before = button("上一栏（退格）", lambda: self.step(-1))
        self.after = button("下一栏（空格）", lambda: self.step(1), primary=True)
        self._arrange()
        self._show()

    def step(self, by: int) -> None:
        """Copy the next or the previous field; beyond the last one everything is done."""
        if by > 0 and self._at >= len(self._stops) - 1:
            self._forget()
            self.copied_all.emit()
            return
        self._at = max(0, min(self._at + by, len(self._stops) - 1))
        self._held = self._stops[self._at].field.value
        private_clipboard.put(self._held)
        self._show()

    def turn(self, by: int) -> None:
        """Go to the first field of the next or the previous person, and copy it."""
        here = self._stops[max(0, self._at)].person
        first = next((n for n, stop in enumerate(self._stops) if stop.person == here + by), None)
        if first is not None:
            self._at = first - 1
            self.step(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.isAutoRepeat():
            return
        if key in _NEXT:
            self.step(1)
        elif key == Qt.Key.Key_Backspace:
            self.step(-1)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._forget()
        super().closeEvent(event)

    def reject(self) -> None:
        self._forget()
        super().reject()

    def accept(self) -> None:
        self._forget()
        super().accept()

    def _forget(self) -> None:
        private_clipboard.clear(self._held)
        self._held = ""

    def _show(self) -> None:
        count, at = len(self._stops), self._at
        self.bar.setValue(at + 1)
        self.bar.setFormat(f"{at + 1}/{count}")
        self.before.setEnabled(at > 0)
        if at < 0:
            first = self._stops[0].field.heading if count else ""
            self.field.setText("按空格开始")
            self.value.setText("复制一栏，到国家系统里按 Ctrl+V，再回来按空格。")
            self._show_coming(first, ())
            self.person.setText(f"{self._people}人")
            return
        stop = self._stops[at]
        self.person.setText(f"第{stop.person + 1}人，共{self._people}人：{stop.name}")
        self.field.setText(stop.field.heading)
        self.value.setText(f"已复制　{shown(stop.field)}")
        following = self._stops[at + 1] if at + 1 < count else None
        if following is None:
            self.coming.setText(f"这是最后一栏。{self._ends}")
            self.skipped.clear()
        else:
            is_other = following.person != stop.person
            who = f"（{following.name}）" if is_other else ""
            self._show_coming(f"{following.field.heading}{who}", following.skipped)
        announce(self, f"{stop.field.heading}，已复制")

    def _show_coming(self, words: str, skipped: Sequence[str]) -> None:
        self.coming.setText(f"下一栏　{words}")
        named = "、".join(skipped[:4]) + ("…" if len(skipped) > 4 else "")
        self.skipped.setText(f"中间{len(skipped)}栏程序里没有：{named}" if skipped else "")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for made in (self.before, self.after):
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Space belongs to the window
            row.addWidget(made)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for widget in (self.what, self.person, self.field, self.value, self.coming, self.skipped):
            layout.addWidget(widget)
        layout.addStretch()
        layout.addWidget(self.bar)
        layout.addLayout(row)
        layout.addWidget(quiet("空格或 Enter 下一栏　退格 上一栏　PgDn/PgUp 换人　Esc 关闭"))
        unit = self.fontMetrics().horizontalAdvance("汉")
        self.resize(unit * 32, unit * 21)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def stops(records: Sequence[CopyRecord]) -> list[Stop]:
    """Return the fields with a value in the order of the system's pages."""
    found = []
    for person, record in enumerate(records):
        skipped: list[str] = []
        for field in record.fields:
            if field.value:
                found.append(Stop(person, record.name, field, tuple(skipped)))
                skipped = []
            else:
                skipped.append(field.heading)
    return found


def shown(field: CopyField) -> str:
    """Return a value as the window may show it; numbers that identify a person are masked."""
    for words, mask in _MASKS.items():
        if words in field.heading:
            return mask(field.value)
    return field.value
