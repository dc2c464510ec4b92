"""Packages by the dozen: one preview of a whole stick, and what became of each file."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.ops import review_packages
from app.ops.review import Reporter
from app.ops.review_packages import Taken, TakenAll, Written
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, title
from app.ui.table_model import Column

_FILTER = "变更包 (*.变更包);;所有文件 (*)"


class PackagesDialog(QDialog):
    """A table of packages with a progress bar; closing it stops what still runs."""

    def __init__(
        self, parent: QWidget, desk: Desk, heading: str, columns: Sequence[Column]
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(heading)
        self.head, self.notes = title(heading), plain()
        self.bar = QProgressBar()
        self.table = DataTable(columns, heading, "选了U盘或文件夹，这里列出每一个包。")
        self.buttons = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for widget in (self.head, self.bar, self.notes):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addLayout(self.buttons)
        self.buttons.addStretch()
        self.close_button = button("关闭（Esc）", self.reject)
        self.buttons.addWidget(self.close_button)
        self.bar.hide()
        give_size(self, 52, 30)
        desk.runner.progress.connect(self._on_progress)
        desk.runner.failed.connect(self._on_failed)
        self.finished.connect(self._on_finished)

    def _start(self) -> None:
        self.bar.setMaximum(0)
        self.bar.show()

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.bar.setFormat(f"第{done}个，共{total}个")

    def _on_failed(self, _error: object) -> None:
        self.bar.hide()

    def _on_finished(self) -> None:
        self._desk.runner.cancel()
        self._desk.runner.failed.disconnect(self._on_failed)
        self._desk.runner.progress.disconnect(self._on_progress)


class ImportAllDialog(PackagesDialog):
    """Looks at all packages of a folder or a choice of files, then takes them in."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, "导入全部包", _TAKEN_COLUMNS)
        self.looked: list[Taken] = []
        self.folder_button = button("选U盘或文件夹", self._choose_folder)
        self.files_button = button("选文件", self._choose_files)
        self.take_button = button("导入这些", self.take_in, primary=True)
        for made in (self.folder_button, self.files_button, self.take_button):
            self.buttons.addWidget(made)
        self.take_button.setEnabled(False)
        self.notes.setText("先看变化，再确认。坏的一个不影响别的。")

    def look_at(self, paths: Sequence[Path]) -> None:
        """Preview the files; nothing is taken in yet."""
        if not paths:
            self.notes.setText("这里没有变更包（*.变更包）。请另选一处。")
            return
        store, found = self._desk.store, list(paths)
        self._start()
        self._desk.runner.start(
            lambda progress: review_packages.preview_all(store, found, progress), self._on_looked
        )

    def take_in(self) -> None:
        """Take in everything that the preview did not refuse."""
        desk, looked = self._desk, list(self.looked)
        self.take_button.setEnabled(False)
        self._start()
        desk.runner.start(
            lambda progress: review_packages.import_all(desk.store, desk.actor, looked, progress),
            self._on_taken,
        )

    def _on_looked(self, looked: list[Taken]) -> None:
        self.bar.hide()
        self.looked = looked
        self.table.set_rows(looked)
        good = [one for one in looked if one.found is not None]
        refused = len(looked) - len(good)
        rest = f"，{refused}个不能导入（原因在表里）" if refused else ""
        unusual = sum(one.found.unusual.needs_confirmation() for one in good if one.found)
        asked = f"\n{unusual}个包改动很多，请先看清楚再导入。" if unusual else ""
        self.notes.setText(f"看过{len(looked)}个包：{len(good)}个可以导入{rest}。{asked}")
        self.take_button.setText(f"导入{len(good)}个包")
        self.take_button.setEnabled(bool(good))
        self.take_button.setFocus()

    def _on_taken(self, done: TakenAll) -> None:
        self.bar.hide()
        self.table.set_rows(done.files)
        good = sum(one.found is not None for one in done.files)
        bad = len(done.files) - good
        rest = f"，{bad}个没有导入，数据没有因此改变" if bad else ""
        self.head.setText("导入好了")
        self.notes.setText(f"已并入{good}个包{rest}。")
        self.close_button.setFocus()

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "选U盘或文件夹")
        if name:
            self.look_at(review_packages.packages_in(Path(name)))

    def _choose_files(self) -> None:
        names, _filter = QFileDialog.getOpenFileNames(self, "选择变更包", "", _FILTER)
        if names:
            self.look_at([Path(name) for name in names])


class WriteAllDialog(PackagesDialog):
    """Writes one decision package for each lower replica into a folder."""

    def __init__(self, parent: QWidget, desk: Desk, receivers: Sequence[Reporter]) -> None:
        super().__init__(parent, desk, "各写一个决定包", _WRITTEN_COLUMNS)
        self._receivers = list(receivers)
        self.folder_button = button("选U盘或文件夹", self._choose_folder, primary=True)
        self.buttons.addWidget(self.folder_button)
        names = "、".join(one.name for one in receivers)
        self.notes.setText(f"给{names}各写一个包。选一个文件夹，写好后读回核对。")

    def write_to(self, folder: Path) -> None:
        """Write all packages on the worker."""
        desk, receivers = self._desk, self._receivers
        self.folder_button.setEnabled(False)
        self._start()
        desk.runner.start(
            lambda progress: review_packages.write_decisions(
                desk.store, desk.actor, receivers, folder, progress
            ),
            self._on_written,
        )

    def _on_written(self, written: list[Written]) -> None:
        self.bar.hide()
        self.table.set_rows(written)
        good = sum(one.done is not None for one in written)
        bad = len(written) - good
        rest = f"，{bad}个没有写成（原因在表里），可以再写一次" if bad else ""
        self.head.setText("决定包写好了")
        self.notes.setText(f"写好{good}个包{rest}。")
        self.folder_button.setEnabled(bool(bad))
        self.close_button.setFocus()

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "把决定包写到哪里")
        if name:
            self.write_to(Path(name))


def taken_text(one: Taken) -> str:
    """Return what one file would change or has changed, or why it is refused."""
    found = one.found
    if found is None:
        return one.error.sentence() if one.error else ""
    if found.earlier is not None and not found.applied:
        return "导入过，内容一样，不用再导入。"
    parts = [
        f"新增{found.households_new}户" if found.households_new else "",
        f"改动{found.households_changed}户" if found.households_changed else "",
        f"预警{found.warnings_changed}条" if found.warnings_changed else "",
        f"冲突{len(found.conflicts)}" if found.conflicts else "",
        f"缺前面的包，{found.waiting}笔先放着" if found.waiting else "",
        f"{len(found.void)}笔无效" if found.void else "",
    ]
    return " · ".join(filter(None, parts)) or "没有新内容（回执）"


def _written_text(one: Written) -> str:
    if one.done is None:
        return one.error.sentence() if one.error else ""
    return f"{one.done.path.name}　{one.done.households}户 · 预警{one.done.warnings}条"


_TAKEN_COLUMNS = (
    Column("从哪里", lambda one: one.found.sender_name if one.found else "—", width=6),
    Column("包号", lambda one: str(one.found.number) if one.found else "", width=3, right=True),
    Column("结果", lambda one: "可以" if one.found else "不能", width=3),
    Column("内容", taken_text),
    Column("文件", lambda one: one.path.name, width=12, spare=1),
)
_WRITTEN_COLUMNS = (
    Column("给", lambda one: one.name, width=6),
    Column("结果", lambda one: "写好" if one.done else "没写成", width=4),
    Column("内容", _written_text),
)
