"""Makes the day's backup beside the work: after the first change, and when the window closes."""

from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.errors import AppError
from app.ops import backup_plan
from app.ops.backup import Backup
from app.ui.page import Store
from app.ui.problems import as_app_error

_DELAY = 60_000  # milliseconds after the first change: the person has begun to work
_RETRY = 30 * 60_000  # after a failure, which has been told


class BackupKeeper(QObject):
    """One worker of its own: a backup only reads, so nobody waits for it.

    ``made`` after a verified backup, ``failed`` with the sentence of what went wrong.
    """

    made = Signal()
    failed = Signal(object)
    _finished = Signal(object)

    def __init__(self, store: Store, delay: int = _DELAY) -> None:
        super().__init__()
        self._store = store
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="backup")
        self._has_changed = self._is_running = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay)
        self._timer.timeout.connect(self.start)
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def on_changed(self, _changed: object) -> None:
        """Something was written: soon it is noted how far, and a day's first time backed up."""
        self._has_changed = True
        if not self._timer.isActive() and not self._is_running:
            self._timer.start()

    def start(self) -> None:
        """Make the day's backup now, if it is still to be made."""
        if self._is_running:
            return
        self._is_running = True
        future = self._pool.submit(backup_plan.keep_up, self._store)
        future.add_done_callback(self._finished.emit)

    def close(self) -> AppError | None:
        """Wait for a running backup; make today's if it is due; return what went wrong."""
        self._timer.stop()
        self._pool.shutdown(wait=True)
        if not self._has_changed:
            return None
        try:
            backup_plan.closing_backup(self._store)
        except Exception as error:
            return as_app_error(error)
        return None

    def _deliver(self, future: Future[Backup | None]) -> None:
        self._is_running = False
        error = future.exception()
        if error is not None:
            self._timer.setInterval(max(self._timer.interval(), _RETRY))
            self.failed.emit(as_app_error(error))
        elif future.result() is not None:
            self.made.emit()
