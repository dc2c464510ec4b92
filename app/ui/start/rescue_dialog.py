"""A damaged database: the newest good backup is looked for, shown and, if agreed, put in place."""

from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import rescue
from app.ops.backup import Backup
from app.ui.parts import button, plain, quiet, title
from app.ui.problems import as_app_error
from app.ui.runner import Runner

_KEPT = "坏了的文件会留在旁边的文件夹里，请不要删。"


class RescueDialog(QDialog):
    """Accepted when a backup stands in the place of what was damaged."""

    def __init__(
        self, parent: QWidget | None, folder: Path, passphrase: str, now: datetime
    ) -> None:
        super().__init__(parent)
        self._folder, self._passphrase, self._now = folder, passphrase, now
        self._found: Backup | None = None
        self.runner = Runner()
        self.setWindowTitle("用备份恢复")
        self.text = plain("正在找最近的好备份…")
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
        layout.addWidget(quiet(_KEPT))
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 34)
        self.runner.failed.connect(self._on_failed)
        self.finished.connect(lambda _result: self.runner.close())
        self.runner.start(
            lambda progress: rescue.newest_good(folder, passphrase, progress), self._on_found
        )

    def _on_found(self, found: Backup | None) -> None:
        self._found = found
        if found is None:
            self.text.setText("本机没有完好的备份。请插上存备份的U盘，用“从备份恢复”，或找镇里。")
            return
        at = datetime.fromisoformat(found.header.made_at).astimezone()
        self.text.setText(
            f"最近的好备份：{at.month}月{at.day}日 {at:%H:%M}，已读到底核对过。"
            "之后填的不在里面；导出过的，镇里还有。"
        )
        self.go.setEnabled(True)
        self.go.setFocus()

    def _on_go(self) -> None:
        found = self._found
        if found is not None:
            self.go.setEnabled(False)
            self.text.setText("正在恢复…")
            job = (self._folder, found, self._passphrase, self._now)
            self.runner.start(lambda _p: rescue.rescue(*job), lambda _done: self.accept())

    def _on_failed(self, error: object) -> None:
        if isinstance(error, Exception):
            self.text.setText(as_app_error(error).user_text())


def offer_backup(folder: Path, passphrase: str, now: datetime) -> bool:
    """Show the dialog; True when a backup was put in place."""
    dialog = RescueDialog(None, folder, passphrase, now)
    return dialog.exec() == QDialog.DialogCode.Accepted
