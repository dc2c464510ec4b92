"""Locks the window when nobody has touched it for a while; the passphrase opens it where it was."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ui.parts import button, plain, quiet, title
from app.ui.problems import as_app_error
from app.ui.start.passphrase_field import PassphraseField

Check = Callable[[str], bool]
_TOUCH = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


USUAL_MINUTES = 10
MINUTES_KEY = "lock_minutes"


def kept_minutes(kept: QSettings) -> int:
    """Return after how many idle minutes the window locks."""
    found = str(kept.value(MINUTES_KEY, USUAL_MINUTES))
    return int(found) if found.isdecimal() and int(found) > 0 else USUAL_MINUTES


class LockDialog(QDialog):
    """Covers the whole screen until the passphrase is right."""

    def __init__(self, check: Check) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self._check = check
        self.wants_to_leave = False
        self.setWindowTitle("驻村")
        self.setModal(True)
        self.field = PassphraseField("口令")
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        box = QVBoxLayout()
        box.setSpacing(12)
        box.addWidget(title("已锁屏，请输入口令"))
        box.addWidget(quiet("填的都在，输对口令就回到原来的地方。"))
        box.addWidget(self.field)
        box.addWidget(self.problem)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("退出程序", self._leave))
        row.addWidget(button("打开", self.try_open, primary=True))
        box.addLayout(row)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addLayout(box, 2)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(middle)
        layout.addStretch(2)
        self.field.returnPressed.connect(self.try_open)

    def try_open(self) -> None:
        """Open with what was typed; the reason of a refusal stays on the screen."""
        try:
            is_right = self._check(self.field.text())
        except Exception as error:
            self.problem.setText(as_app_error(error).user_text())
            return
        if is_right:
            self.accept()
            return
        self.problem.setText("口令不对。数据没有变，请再试。")
        self.field.selectAll()
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:  # Esc must not open it
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Only the passphrase or leaving the program closes it."""

    def _leave(self) -> None:
        self.wants_to_leave = True
        self.accept()


class IdleLock(QObject):
    """Watches the program's windows; ``lock`` may also be called at once."""

    def __init__(self, window: QWidget, check: Check, minutes: int) -> None:
        super().__init__(window)
        self._window, self._check = window, check
        self.dialog: LockDialog | None = None
        self._watched: set[QWindow] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.lock)
        # Only the windows in use are watched: a filter on every object would slow each key.
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)  # noqa: S101  there are windows
        app.focusWindowChanged.connect(self._watch)
        self.set_minutes(minutes)

    def set_minutes(self, minutes: int) -> None:
        """Lock after this long from now on."""
        self._timer.setInterval(minutes * 60_000)
        self._timer.start()

    def lock(self) -> None:
        """Cover everything until the passphrase is typed; then go back to the same field."""
        if self.dialog is not None:
            return
        field = QApplication.focusWidget()
        self.dialog = LockDialog(self._check)
        self.dialog.setWindowState(Qt.WindowState.WindowFullScreen)
        self.dialog.field.setFocus()
        self.dialog.exec()
        leaves = self.dialog.wants_to_leave
        self.dialog.deleteLater()
        self.dialog = None
        self._timer.start()
        if leaves:
            self._window.close()
        elif field is not None and isValid(field):
            field.activateWindow()
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCH and self.dialog is None:
            self._timer.start()
        return False

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and window not in self._watched:
            self._watched.add(window)
            window.destroyed.connect(lambda _gone, w=window: self._watched.discard(w))
            window.installEventFilter(self)
