"""导出Excel: which table in whose order, whose rows, masked or whole, and where to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.ops import exports
from app.ops.exports import Exported, ExportOrder
from app.ops.roster import ExportChoice
from app.ui.data_table import DataTable
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title
from app.ui.table_model import Column

SHIPPED = "程序自带的顺序"
_BOOK = "Excel (*.xlsx)"
_WHOLE = "⚠ 文件里有完整的证件号和电话。只存到自己保管的地方，用完删掉；发群、公示请选脱敏。"
_MASKED = "证件号、电话只留头尾几位；姓名还在。"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows: words for the choice, and the ids; None is everybody.

    ``item_ids``: of the things of the list that the dialog was opened from.
    """

    words: str
    household_ids: frozenset[str] | None = None
    item_ids: frozenset[str] | None = None


EVERYBODY = Scope("全部")


class ExportDialog(QDialog):
    """Everything is chosen on one page; the result stands in its last line."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, kind: str, scopes: Sequence[Scope]
    ) -> None:
        super().__init__(parent)
        self._desk, self._kind = desk, kind
        self._scopes = [*scopes, EVERYBODY]
        self.target = Path()
        self.setWindowTitle("导出Excel")
        self.kind, self.template = QComboBox(), QComboBox()
        self.add_button = button("添加模板…", self._on_add)
        self.remove_button = button("去掉这个模板", self._on_remove)
        self.scope = [QRadioButton(one.words) for one in self._scopes]
        self.masked, self.whole = QRadioButton("脱敏"), QRadioButton("完整号码")
        self.purpose = QLineEdit()
        self.purpose.setPlaceholderText("用途（必填），如：村委会统一换发医保卡；会记进打印记录")
        self.purpose.setAccessibleName("用途")
        self.warning, self.counted = plain(), title()
        self.columns = DataTable(_COLUMNS, "这个表的栏")
        self.columns.setMinimumHeight(self.fontMetrics().height() * 3)
        self.place = plain()
        self.change_button = button("换地方…", self._on_change)
        self.bar, self.result_text = QProgressBar(), plain()
        self.folder_button = button("打开文件夹", self._open_folder)
        self.stop_button = button("停下", desk.runner.cancel)
        self.close_button = button("关闭（Esc）", self.reject)
        self.go_button = button("导出", self.export, primary=True)
        self._arrange()
        self._connect()
        for one in exports.kinds():
            self.kind.addItem(one.title, one.kind)
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self._on_kind()
        give_size(self, 58, 36)
        self.go_button.setFocus()

    def order(self) -> ExportOrder:
        """Return what is chosen now."""
        kind, scope = str(self.kind.currentData()), self._scopes[self._chosen_scope()]
        is_own = kind == self._kind and scope.item_ids is not None
        choice = ExportChoice(
            household_ids=None if is_own else scope.household_ids,
            item_ids=scope.item_ids if is_own else None,
            is_public=self.masked.isChecked(),
        )
        purpose = "" if self.masked.isChecked() else self.purpose.text()
        return ExportOrder(kind, str(self.template.currentData() or ""), choice, purpose)

    def export(self) -> None:
        """Write the table on the worker."""
        desk, order, target = self._desk, self.order(), self.target
        self.result_text.setText("正在写…")
        self.folder_button.hide()
        desk.runner.start(
            lambda progress: exports.write(
                desk.store, desk.actor, order, target, desk.today(), progress
            ),
            self._on_written,
        )

    def add_template(self, path: Path) -> None:
        """Keep a county's own order of columns."""
        desk, kind = self._desk, str(self.kind.currentData())
        name = desk.runner.call(lambda: exports.add_template(desk.store, desk.actor, kind, path))
        if name:
            self._fill_templates(name)

    # ---------------------------------------------------------------- choosing
    def _chosen_scope(self) -> int:
        return next(number for number, box in enumerate(self.scope) if box.isChecked())

    def _on_kind(self) -> None:
        self._fill_templates("")
        folder = Path(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        )
        if self.target.name:
            folder = self.target.parent
        day = self._desk.today().strftime("%Y%m%d")
        name = f"{self.kind.currentText()}-{self._desk.store.identity.name}-{day}"
        self._set_target(_free(folder, name))

    def _fill_templates(self, chosen: str) -> None:
        store, kind = self._desk.store, str(self.kind.currentData())
        names = self._desk.runner.call(lambda: exports.templates(store, kind)) or []
        self.template.clear()
        self.template.addItem(SHIPPED, "")
        for name in names:
            self.template.addItem(name, name)
        self.template.setCurrentIndex(max(0, self.template.findData(chosen)))
        self._show_columns()

    def _show_columns(self) -> None:
        store, order = self._desk.store, self.order()
        found = self._desk.runner.call(lambda: exports.columns(store, order)) or []
        self.columns.table.set_rows(found)
        empty = sum(line.words == "空着" for line in found)
        rest = f"，{empty}栏程序里没有，空着" if empty else ""
        self.counted.setText(f"共{len(found)}栏{rest}")
        self.remove_button.setEnabled(bool(self.template.currentData()))
        self.warning.setText(_MASKED if self.masked.isChecked() else _WHOLE)
        self.purpose.setVisible(self.whole.isChecked())

    def _on_add(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, "选一个模板", "", _BOOK)
        if name:
            self.add_template(Path(name))

    def _on_remove(self) -> None:
        desk, kind = self._desk, str(self.kind.currentData())
        name = str(self.template.currentData())
        desk.runner.call(lambda: exports.remove_template(desk.store, desk.actor, kind, name))
        self._fill_templates("")

    def _on_change(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(self, "存到哪里", str(self.target), _BOOK)
        if name:
            self._set_target(Path(name).with_suffix(".xlsx"))

    def _set_target(self, path: Path) -> None:
        self.target = path
        self.place.setText(str(path))

    # ---------------------------------------------------------------- writing
    def _on_written(self, done: Exported) -> None:
        self.result_text.setText(f"已写好：{done.rows}行，{done.columns}栏。{done.path.name}")
        self.folder_button.show()
        self.folder_button.setFocus()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.target.parent)))

    def _on_busy(self, is_busy: bool) -> None:
        self.bar.setVisible(is_busy)
        self.stop_button.setVisible(is_busy)
        self.go_button.setEnabled(not is_busy)

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.bar.setFormat(f"第{done}行，共{total}行")

    def _on_failed(self) -> None:
        """The window tells why; what stood there before is untouched."""
        self.result_text.setText("没有写出文件。")
        if self.purpose.isVisible() and not self.purpose.text().strip():
            self.purpose.setFocus()

    def _on_finished(self) -> None:
        runner = self._desk.runner
        runner.cancel()
        runner.busy.disconnect(self._on_busy)
        runner.progress.disconnect(self._on_progress)
        runner.failed.disconnect(self._on_failed)

    # ---------------------------------------------------------------- building
    def _arrange(self) -> None:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setVerticalSpacing(8)
        form.addRow("什么表", self.kind)
        form.addRow("栏的顺序", _line(self.template, self.add_button, self.remove_button))
        form.addRow("哪些行", _line(*self.scope))
        form.addRow("号码", _line(self.masked, self.whole))
        form.addRow("", self.purpose)
        form.addRow("", self.warning)
        form.addRow("存到", _line(self.place, self.change_button, stretch=self.place))
        row = QHBoxLayout()
        row.addWidget(self.result_text, 1)
        for made in (self.folder_button, self.stop_button, self.close_button, self.go_button):
            row.addWidget(made)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addLayout(form)
        layout.addWidget(self.counted)
        layout.addWidget(self.columns, 1)
        layout.addWidget(
            quiet("模板是一个 .xlsx：一行里写表头（如“户编号”“姓名”），程序照它的顺序填。")
        )
        layout.addWidget(self.bar)
        layout.addLayout(row)
        self.kind.setAccessibleName("什么表")
        self.template.setAccessibleName("栏的顺序")
        self.scope[0].setChecked(True)
        self.masked.setChecked(True)
        for hidden in (self.bar, self.folder_button, self.stop_button):
            hidden.hide()

    def _connect(self) -> None:
        self._groups = [_group(self.scope), _group([self.masked, self.whole])]
        self.kind.activated.connect(lambda _index: self._on_kind())
        self.template.activated.connect(lambda _index: self._show_columns())
        self.masked.toggled.connect(lambda _on: self._show_columns())
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.go_button.click)
        runner = self._desk.runner
        runner.busy.connect(self._on_busy)
        runner.progress.connect(self._on_progress)
        runner.failed.connect(self._on_failed)
        self.finished.connect(self._on_finished)


def export_list(parent: QWidget, desk: Desk, kind: str, scope: Scope) -> None:
    """Open the dialog for a list that shows what ``scope`` holds."""
    is_empty = not (scope.household_ids or scope.item_ids)
    ExportDialog(parent, desk, kind, () if is_empty else (scope,)).exec()


def _free(folder: Path, name: str) -> Path:
    """Return a path that no file has yet."""
    path, number = folder / f"{name}.xlsx", 2
    while path.exists():
        path, number = folder / f"{name}-{number}.xlsx", number + 1
    return path


def _line(*widgets: QWidget, stretch: QWidget | None = None) -> QWidget:
    box = QWidget()
    if stretch is None:
        flow = FlowLayout(box, gap=8)
        for widget in widgets:
            flow.addWidget(widget)
        return box
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget, 1 if widget is stretch else 0, Qt.AlignmentFlag.AlignVCenter)
    return box


def _group(boxes: Sequence[QRadioButton]) -> QButtonGroup:
    group = QButtonGroup(boxes[0])
    for box in boxes:
        group.addButton(box)
    return group


_COLUMNS = (
    Column("栏", lambda line: line.heading),
    Column("怎么写", lambda line: line.words, width=10),
)
