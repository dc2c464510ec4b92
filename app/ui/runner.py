"""Operations for the window: short ones at once, long ones on one worker thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.errors import AppError
from app.ui.problems import as_app_error

T = TypeVar("T")
Progress = Callable[[int, int], None]


class CancelledError(AppError):
    """The user stopped a long operation; its transaction was rolled back."""

    code = "E904"
    message = "已停下，数据没有变。"
    hint = "可以重新开始。"


class Runner(QObject):
    """Runs operations one after another.

    Signals: ``failed`` carries an ``AppError``; ``changed`` what a writing operation changed;
    ``progress`` (done, total); ``busy`` whether a long operation runs.
    """

    failed = Signal(object)
    changed = Signal(object)
    progress = Signal(int, int)
    busy = Signal(bool)
    _finished = Signal(object, object)
    _looked = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._cancel = Event()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._looked.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def call(self, job: Callable[[], T]) -> T | None:
        """Run a short operation now; its result, or None after ``failed`` was sent."""
        try:
            result = job()
        except Exception as error:
            self.failed.emit(as_app_error(error))
            return None
        self._announce(result)
        return result

    def start(self, job: Callable[[Progress], T], done: Callable[[T], None]) -> None:
        """Run ``job(progress)`` on the worker, then ``done(result)`` on the GUI thread."""
        self._cancel.clear()
        self.busy.emit(True)
        future = self._pool.submit(job, self._on_progress)
        future.add_done_callback(lambda finished: self._finished.emit(finished, done))

    def look(self, job: Callable[[], T], done: Callable[[T], None]) -> None:
        """Read something small beside everything else, without ``busy``; then ``done(result)``."""
        future = self._reader.submit(job)
        future.add_done_callback(lambda finished: self._looked.emit(finished, done))

    def cancel(self) -> None:
        """Ask the running operation to stop at its next progress step."""
        self._cancel.set()

    def close(self) -> None:
        """Wait for the running operation and end the workers."""
        self._reader.shutdown(wait=True, cancel_futures=True)
        self._pool.shutdown(wait=True)

    def _on_progress(self, done: int, total: int) -> None:
        if self._cancel.is_set():
            raise CancelledError
        self.progress.emit(done, total)

    def _deliver(self, future: Future[Any], done: Callable[[Any], None]) -> None:
        self.busy.emit(False)
        error = future.exception()
        if error is not None:
            self.failed.emit(as_app_error(error))
            return
        self._announce(future.result())
        done(future.result())

    def _show(self, future: Future[Any], done: Callable[[Any], None]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self.failed.emit(as_app_error(error))
        else:
            done(future.result())

    def _announce(self, result: object) -> None:
        """Tell the pages what changed: the result, a part of a pair, or its part ``changed``."""
        parts = result if isinstance(result, tuple) else (result,)
        for part in parts:
            change = part if hasattr(part, "household_ids") else getattr(part, "changed", None)
            if hasattr(change, "household_ids"):
                self.changed.emit(change)
                return
