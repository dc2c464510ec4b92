"""A damaged database: the newest good backup is looked for, shown and, if agreed, put in place."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import rescue
from app.ops.backup import Backup
from app.ui.parts import button, plain, quiet, title
from app.ui.problems import as_app_error
from app.ui.runner import Runner

Progress = Callable[[int, int], None]

_KEPT = "坏了的文件会留在旁边的文件夹里，请不要删。"
_GO_ON = (
    "现在的文件没有坏，只是少了最后的修改；备份里也没有更多。可以接着用它："
    "导出过的会从镇里的变更包回来，没导出过的要重填。接着用以后，请上级重新登记本机才能导出。"
)


class RescueDialog(QDialog):
    """Accepted when a backup stands in the place of what was damaged, or the present goes on."""

    def __init__(
        self, parent: QWidget | None, folder: Path, passphrase: str, now: datetime
    ) -> None:
        super().__init__(parent)
        self._folder, self._passphrase, self._now = folder, passphrase, now
        self._found: Backup | None = None
        self._goes_on = False
        self.runner = Runner()
        self.setWindowTitle("用备份恢复")
        self.text = plain("正在找最近的好备份…")
        self.kept = quiet(_KEPT)
        self.go = button("恢复", self._on_go, primary=True)
        self.go.setEnabled(False)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("先不", self.reject))
        row.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        layout.addWidget(title("用备份恢复"))
        layout.addWidget(self.text)
        layout.addWidget(self.kept)
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 34)
        self.runner.failed.connect(self._on_failed)
        self.finished.connect(lambda _result: self.runner.close())
        self.runner.start(partial(_look, folder, passphrase), self._on_found)

    def _on_found(self, answer: tuple[Backup | None, bool]) -> None:
        self._found, self._goes_on = answer
        found = self._found
        if self._goes_on:
            self._say(_GO_ON)
            self.kept.hide()
            self.go.setText("接着用")
        elif found is None:
            self._say("本机没有完好的备份。请插上存备份的U盘，用“从备份恢复”，或找镇里。")
            return
        else:
            at = datetime.fromisoformat(found.header.made_at).astimezone()
            self._say(
                f"最近的好备份：{at.month}月{at.day}日 {at:%H:%M}，已读到底核对过。"
                "之后填的不在里面；导出过的，镇里还有。"
            )
        self.go.setEnabled(True)
        self.go.setFocus()

    def _on_go(self) -> None:
        self.go.setEnabled(False)
        self._say("正在恢复…")
        self.runner.start(lambda _progress: self._put_right(), lambda _done: self.accept())

    def _put_right(self) -> None:
        if self._goes_on:
            rescue.keep_present(self._folder, self._passphrase, self._now)
        elif self._found is not None:
            rescue.rescue(self._folder, self._found, self._passphrase, self._now)

    def _say(self, text: str) -> None:
        self.text.setText(text)
        if self.isVisible():
            self.resize(self.width(), self.heightForWidth(self.width()))

    def _on_failed(self, error: object) -> None:
        if isinstance(error, Exception):
            self._say(as_app_error(error).user_text())


def _look(folder: Path, passphrase: str, progress: Progress) -> tuple[Backup | None, bool]:
    """Return the newest good backup, and whether what is there has more."""
    found = rescue.newest_good(folder, passphrase, progress)
    return found, rescue.is_present_newer(folder, passphrase, found)


def offer_backup(folder: Path, passphrase: str, now: datetime) -> bool:
    """Show the dialog; True when a backup was put in place."""
    dialog = RescueDialog(None, folder, passphrase, now)
    return dialog.exec() == QDialog.DialogCode.Accepted
