"""A backup becomes the replica of this computer: from a stick, by passphrase or recovery key."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from app.ops import backup, passphrases, restore
from app.ops.backup import SUFFIX
from app.ui.form_frame import frame
from app.ui.parts import button, plain, quiet, title, without_input_method
from app.ui.problems import as_app_error
from app.ui.runner import Runner
from app.ui.start.passphrase_field import PassphraseField

_ADVICE = (
    "选U盘上的备份文件，输入做备份时的口令。忘了口令，就填恢复单上的密钥，再设新口令。"
    "恢复以后要请上级重新登记本机，登记以前可以照常填，不能导出。"
)


class RestoreDialog(QDialog):
    """``passphrase`` opens the restored replica when the dialog was accepted."""

    def __init__(self, parent: QWidget, folder: Path, now: datetime) -> None:
        super().__init__(parent)
        self._folder, self._now = folder, now
        self.passphrase = ""
        self.path: Path | None = None
        self.runner = Runner()
        self.setWindowTitle("从备份恢复")
        self.file = QLabel("还没有选")
        self.old, self.new = PassphraseField("口令"), PassphraseField("新口令")
        self.key = QLineEdit()
        self.key.setAccessibleName("恢复密钥")
        without_input_method(self.key)
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        self.go = button("恢复", self.try_restore, primary=True)
        self._arrange()
        self.runner.failed.connect(self._on_failed)
        self.finished.connect(lambda _result: self.runner.close())

    def choose(self, path: Path) -> None:
        """Take this file."""
        self.path = path
        self.file.setText(path.name)

    def try_restore(self) -> None:
        """Restore on the worker; the reason of a refusal stays on the screen."""
        if self.path is None:
            self.problem.setText("请先选备份文件。")
            return
        self.go.setEnabled(False)
        self.problem.setText("正在恢复…")
        job = partial(
            _restore, self.path, self._folder, (self.old.text(), self.key.text(), self.new.text()),
            self._now,
        )  # fmt: skip
        self.runner.start(lambda _progress: job(), self._on_done)

    def _on_done(self, passphrase: str) -> None:
        self.passphrase = passphrase
        self.accept()

    def _on_failed(self, error: object) -> None:
        self.go.setEnabled(True)
        if isinstance(error, Exception):
            self.problem.setText(as_app_error(error).user_text())

    def _on_choose(self) -> None:
        found, _filter = QFileDialog.getOpenFileName(self, "选备份", "", f"备份 (*{SUFFIX})")
        if found:
            self.choose(Path(found))

    def _arrange(self) -> None:
        chosen = QHBoxLayout()
        chosen.addWidget(self.file, 1)
        chosen.addWidget(button("选文件…", self._on_choose))
        form = QFormLayout()
        form.addRow("备份文件", chosen)
        form.addRow("口令", self.old)
        form.addRow("或恢复密钥", self.key)
        form.addRow("和新口令", self.new)
        head = (title("从备份恢复"), quiet(_ADVICE))
        frame(self, head, form, self.problem, (button("取消", self.reject), self.go))


def _restore(path: Path, folder: Path, secrets: tuple[str, str, str], now: datetime) -> str:
    old, key, new = secrets
    if not key.strip():
        restore.restore_backup(path, folder, backup.by_passphrase(old), now)
        return old
    passphrases.restore_by_recovery(path, folder, key, new, now)
    return new
