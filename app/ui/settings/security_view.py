"""Passphrase, and after how many idle minutes the window locks."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ops import passphrases
from app.ui.page import Desk, Store
from app.ui.parts import Card, button, plain, quiet
from app.ui.start.passphrase_field import PassphraseField

MINUTES = (5, 10, 15, 30)


class SecurityView(QWidget):
    """``minutes_chosen`` carries the idle time."""

    minutes_chosen = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.minutes = QComboBox()
        self.minutes.setAccessibleName("锁屏时间")
        for value in MINUTES:
            self.minutes.addItem(f"{value}分钟", value)
        self.minutes.activated.connect(
            lambda _index: self.minutes_chosen.emit(int(self.minutes.currentData()))
        )
        self.old, self.new, self.again = (
            PassphraseField(name) for name in ("现在的口令", "新口令", "再输一次")
        )
        self.message = plain()
        self.change_button = button("换口令", self._on_change, primary=True)
        self._arrange()

    def set_minutes(self, minutes: int) -> None:
        """Show the idle time that is on."""
        place = self.minutes.findData(minutes)
        self.minutes.setCurrentIndex(max(0, place))

    def _on_change(self) -> None:
        old, new = self.old.text(), self.new.text()
        if new != self.again.text():
            self._say("两次输的新口令不一样。口令没有变。")
            self.again.setFocus()
            return
        store = self._desk.store
        done = self._desk.runner.call(lambda: _change(store, old, new))
        if done:
            for field in (self.old, self.new, self.again):
                field.clear()
            self._say("口令已换。恢复单不变；以前的备份仍用旧口令打开。")

    def _say(self, text: str) -> None:
        self.message.setText(text)

    def _arrange(self) -> None:
        lock = Card("离开时锁屏")
        row = QHBoxLayout()
        row.addWidget(QLabel("多久没有人动键盘和鼠标就锁"))
        row.addWidget(self.minutes)
        row.addStretch()
        lock.body.addLayout(row)
        lock.body.addWidget(quiet("锁了要输口令才能看；输对后回到原来的地方，填的不丢。"))
        card = Card("换口令")
        form = QFormLayout()
        for field in (self.old, self.new, self.again):
            form.addRow(field.accessibleName(), field)
        card.body.addLayout(form)
        card.body.addWidget(self.message)
        below = QHBoxLayout()
        below.addWidget(quiet("建议用一句只有您知道的话的拼音，至少12个字符。"), 1)
        below.addWidget(self.change_button)
        card.body.addLayout(below)
        layout = QVBoxLayout(self)
        layout.addWidget(lock)
        layout.addWidget(card)
        layout.addStretch()


def _change(store: Store, old: str, new: str) -> bool:
    passphrases.change_passphrase(store, old, new)
    return True
