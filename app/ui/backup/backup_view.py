"""The backups of this replica: how old, where else, and making one by hand."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import backup_plan
from app.ops.backup import SUFFIX, Backup
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title

_ADVICE = (
    "备份是加密的整份数据，写完会读回、打开、核对，通过了才算。"
    "每天用的时候自动做一份，旧的按日、周、月留下。U盘上的备份和电脑分开放。"
)


class BackupView(QWidget):
    """The state in words, and what one can do about it; ``changed`` when it is another."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.state, self.place, self.news = plain(), plain(), quiet()
        self.now = button("现在备份一份到…", self._on_now, primary=True)
        self.choose = button("每天也存到U盘…", self._on_choose)
        self.forget = button("不再存到U盘", self._on_forget)
        row = QHBoxLayout()
        for one in (self.now, self.choose, self.forget):
            row.addWidget(one)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(title("备份"))
        layout.addWidget(quiet(_ADVICE))
        for label in (self.state, self.place):
            layout.addWidget(label)
        layout.addLayout(row)
        layout.addWidget(self.news)
        layout.addStretch()
        self.refresh()

    def refresh(self) -> None:
        """Read the state again."""
        status = backup_plan.status(self._desk.store, self._desk.today())
        self.state.setText(status.sentence())
        folder = status.further_folder
        place = "U盘或另一个文件夹：还没有选" if folder is None else f"也存到：{folder}"
        on = status.further_on
        self.place.setText(f"{place}，上次{on.month}月{on.day}日" if on else place)
        self.forget.setVisible(folder is not None)

    def back_up_to(self, path: Path) -> None:
        """Write a backup by hand."""
        self.news.setText("正在备份…")
        self.now.setEnabled(False)
        store = self._desk.store
        self._desk.runner.failed.connect(self._on_failed)
        self._desk.runner.start(lambda _p: backup_plan.backup_elsewhere(store, path), self._on_made)

    def keep_also_in(self, folder: Path | None) -> None:
        """Copy every day's backup to this folder from now on."""
        store = self._desk.store
        self._desk.runner.call(lambda: backup_plan.choose_further_folder(store, folder))
        self.refresh()
        self.changed.emit()

    def _on_made(self, made: Backup) -> None:
        self._stop_waiting()
        self.news.setText(f"已写好并核验：{made.path.name}")
        self.refresh()
        self.changed.emit()

    def _on_failed(self, _error: object) -> None:
        self._stop_waiting()
        self.news.setText("")

    def _stop_waiting(self) -> None:
        self._desk.runner.failed.disconnect(self._on_failed)
        self.now.setEnabled(True)

    def _on_now(self) -> None:
        store = self._desk.store
        name = f"{store.identity.name}-{self._desk.today():%Y-%m-%d}{SUFFIX}"
        found, _filter = QFileDialog.getSaveFileName(self, "备份到", name, f"备份 (*{SUFFIX})")
        if found:
            self.back_up_to(Path(found))

    def _on_choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self, "每天也存到")
        if found:
            self.keep_also_in(Path(found))

    def _on_forget(self) -> None:
        self.keep_also_in(None)


class BackupDialog(QDialog):
    """The same in a window of its own, from the first page."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        self.setWindowTitle("备份")
        self.view = BackupView(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.addWidget(self.view)
        layout.addStretch()
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.accept))
        layout.addLayout(row)
        give_size(self, 46, 18)
