"""The passphrase at start, and the ways out when it is forgotten or the data are damaged."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from app.errors import AppError
from app.ui.page import Store
from app.ui.parts import button, plain, quiet, title
from app.ui.problems import as_app_error
from app.ui.start.passphrase_field import PassphraseField

_WHERE = "数据只存在这台电脑，并已加密。"
_DAMAGED = ("E103", "E105", "E115")  # damaged, gone, or older than its backup


@dataclass(frozen=True, slots=True)
class Door:
    """How a replica is opened, and what else can be done at the door.

    ``pause``: seconds to wait before the next try. ``recover``: asks for the recovery key, returns
    the new passphrase or "". ``rescue``: offers the newest backup to the passphrase, returns
    whether it was put in place. ``doubt``: what is wrong with the place of the data, "" if nothing.
    """

    open_store: Callable[[str], Store]
    pause: Callable[[], float] = lambda: 0
    recover: Callable[[], str] | None = None
    rescue: Callable[[str], bool] | None = None
    doubt: str = ""


class UnlockDialog(QDialog):
    """Asks until the replica opens or the user gives up; ``store`` is the open replica."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door
        self.store: Store = None
        self.setWindowTitle("驻村")
        self.field = PassphraseField("口令")
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        self._wait = QTimer(self)
        self._wait.setInterval(1000)
        self._wait.timeout.connect(self._count_down)
        self._refusal = ""
        self.forgotten = button("忘了口令：用恢复单", self._on_forgotten)
        self.mend = button("用备份恢复…", self._on_mend)
        self.open_button = button("打开", self.try_open, primary=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        layout.addWidget(title("请输入口令"))
        layout.addWidget(plain(door.doubt) if door.doubt else quiet(_WHERE))
        layout.addWidget(self.field)
        layout.addWidget(self.problem)
        ways_out = QHBoxLayout()  # of their own: all in one row are cut with large text
        ways_out.addWidget(self.forgotten)
        ways_out.addWidget(self.mend)
        ways_out.addStretch()
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("退出", self.reject))
        row.addWidget(self.open_button)
        layout.addLayout(ways_out)
        layout.addLayout(row)
        self.forgotten.setVisible(door.recover is not None)
        self.mend.hide()
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 30)
        self.field.returnPressed.connect(self.try_open)
        self.field.caps_changed.connect(self._on_caps)
        self._count_down()

    def try_open(self) -> None:
        """Open the replica with what was typed; the reason of a refusal stays on the screen."""
        if self._door.pause() > 0:
            self._count_down()
            return
        try:
            self.store = self._door.open_store(self.field.text())
        except Exception as error:
            self._refuse(as_app_error(error))
            return
        self.accept()

    def _refuse(self, error: AppError) -> None:
        self._refusal = error.user_text()
        self.problem.setText(self._refusal)
        self.mend.setVisible(error.code in _DAMAGED and self._door.rescue is not None)
        self.field.selectAll()
        self.field.setFocus()
        self._count_down()

    def _count_down(self) -> None:
        """After several wrong tries the field rests for a while; nothing is ever wiped."""
        left = ceil(self._door.pause())
        self.field.setEnabled(left <= 0)
        self.open_button.setEnabled(left <= 0)
        if left > 0:
            self.problem.setText(f"{self._refusal}\n口令错了几次，请等{left}秒再试。".strip())
            if not self._wait.isActive():
                self._wait.start()
        elif self._wait.isActive():
            self._wait.stop()
            self.problem.setText(self._refusal)
            self.field.setFocus()

    def _on_forgotten(self) -> None:
        if self._door.recover is not None:
            passphrase = self._door.recover()
            if passphrase:
                self.field.setText(passphrase)
                self._count_down()
                self.try_open()

    def _on_mend(self) -> None:
        if self._door.rescue is not None and self._door.rescue(self.field.text()):
            self.try_open()

    def _on_caps(self, is_on: bool) -> None:
        self.problem.setText("大写锁定开着。" if is_on else "")
