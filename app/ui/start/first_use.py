"""The first-use wizard: from nothing to a filled village in six steps."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.period import Period
from app.errors import AppError
from app.ops import devices, months, operators, places, setup, unlock
from app.ops.roster import RosterPreview, RosterResult
from app.ops.setup import NewReplica, ReplicaPlan
from app.ui import messages
from app.ui.page import Desk, Store
from app.ui.page_stack import PageStack
from app.ui.parts import button, give_size, plain, quiet, repolish
from app.ui.problems import as_app_error
from app.ui.roster.clipboard import pasted_rows
from app.ui.roster.import_dialog import (
    ADVICE,
    ImportFlow,
    Source,
    choose_files,
    result_sentence,
)
from app.ui.roster.preview_view import counts
from app.ui.runner import Runner
from app.ui.start import recovery_sheet
from app.ui.start.restore_dialog import RestoreDialog
from app.ui.start.steps import PassphraseStep, PlaceStep, RecoveryStep, Step

WELCOME = (
    "每月走访、记缺项、出表、和镇里交换，都在这里。全程不用上网；"
    "数据只存在这台电脑，并已加密。不得录入涉密信息。约5分钟可看到本村名册。"
)


_NAMES = ("欢迎", "1 您在哪里", "2 姓名和口令", "3 恢复单", "4 户名册", "5 看一看", "6 好了")


class FirstUse(QDialog):
    """Makes a replica in ``folder``; ``store`` is open afterwards, ``first_page`` where to go."""

    def __init__(
        self,
        folder: Path,
        holder: str,
        see_demo: Callable[[], None] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self._see_demo, self._clock = see_demo, clock
        self._folder, self._holder = folder, holder
        self.store: Store = None
        self.first_page = "workbench"
        self.runner = Runner()
        self.flow: ImportFlow | None = None
        self._desk: Desk | None = None
        self._refusal, self._doubt = _look_at(folder)
        self.setWindowTitle("驻村")
        self.welcome = Step("欢迎", WELCOME)
        self.place = PlaceStep()
        self.passphrase = PassphraseStep(self._plan)
        self.recovery = RecoveryStep()
        self.roster = self._roster_step()
        self.look, self.final = Step("5　看一看", ""), Step("6　好了", "")
        self.done_text, self.request_text = plain(), plain()
        self.request = button("把登记申请存到U盘…", self._save_request)
        self.final.body.addWidget(self.done_text)
        self.final.body.addWidget(self.request_text)
        self.final.body.addWidget(self.request, 0, Qt.AlignmentFlag.AlignLeft)
        self.final.body.addStretch()
        self.welcome.body.addStretch()
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        self.stack = PageStack()
        for step in self._steps():
            self.stack.addWidget(step)
        self.back = button("上一步", self._on_back)
        self.next = button("登记本村", self._on_next, primary=True)
        self.demo = button("先看演示", self._on_demo)
        self.restore = button("从备份恢复…", self._on_restore)
        self.later = button("以后再说", self._on_later)
        self._arrange()
        self._connect()
        self.show_step(self.welcome)

    def _steps(self) -> tuple[QWidget, ...]:
        return (
            self.welcome, self.place, self.passphrase, self.recovery,
            self.roster, self.look, self.final,
        )  # fmt: skip

    # ---------------------------------------------------------------- moving
    def _on_next(self) -> None:
        step = self.stack.currentWidget()
        if step is self.welcome:
            self.show_step(self.place)
        elif step is self.place:
            self.show_step(self.passphrase)
        elif step is self.passphrase:
            self._create()
        elif step is self.recovery:
            self._after_recovery()
        elif step is self.roster:
            self._choose()
        elif step is self.look and self.flow is not None:
            self.flow.write()
        else:
            self._finish("visits")

    def _on_back(self) -> None:
        steps = self._steps()
        index = steps.index(self.stack.currentWidget())
        self.show_step(steps[max(0, index - 1)])

    def _on_later(self) -> None:
        """In 名册 and 看一看: leave the roster out; at the end: look at the workbench."""
        if self.stack.currentWidget() is self.final:
            self._finish("workbench")
        else:
            self.done_text.setText("名册可以以后从“工作台”导入。")
            self.show_step(self.final)

    def show_step(self, step: QWidget) -> None:
        """Show one step with its buttons, and put the keyboard into its first field."""
        self.stack.setCurrentWidget(step)
        labels: dict[QWidget, str] = {
            self.welcome: "登记本村",
            self.roster: "选择文件",
            self.look: "导入",
            self.final: "填第一户" if self._has_people() else "看工作台",
        }
        self.next.setText(labels.get(step, "下一步"))
        self.demo.setVisible(step is self.welcome and self._see_demo is not None)
        self.restore.setVisible(step is self.welcome)
        self.back.setVisible(step in (self.place, self.passphrase, self.look))
        self.later.setVisible(step in (self.roster, self.look) or self._has_choice(step))
        self.later.setText("看工作台" if step is self.final else "以后再说")
        for name, one in zip(self._names, self._steps(), strict=True):
            name.setProperty("current", one is step)
            repolish(name)
        self._check()
        fields: dict[QWidget, QWidget] = {
            self.place: self.place.code,
            self.passphrase: self.passphrase.person,
            self.recovery: self.recovery.proof,
        }
        field = fields.get(step, self.next)
        field.setFocus()
        QTimer.singleShot(0, lambda: self._area.ensureWidgetVisible(field))

    def _has_people(self) -> bool:
        return self.flow is not None and self.flow.preview is not None and bool(self._imported)

    def _has_choice(self, step: QWidget) -> bool:
        return step is self.final and self._has_people()

    def _check(self) -> None:
        """Say what the step still lacks; the button waits for it."""
        step = self.stack.currentWidget()
        checked = step in (self.place, self.passphrase, self.recovery)
        problem = step.problem() if checked else ""  # type: ignore[attr-defined]
        if step is self.welcome:
            problem = self._refusal
            self.restore.setEnabled(not problem)
        self.problem.setText(problem or self._doubt)
        self.next.setEnabled(not problem)

    # ---------------------------------------------------------------- making the replica
    def _plan(self) -> ReplicaPlan:
        return ReplicaPlan(
            level=self.place.level(),
            area_code=self.place.code.text().strip(),
            name=self.place.name.text().strip(),
            operator=self.passphrase.person.text().strip(),
        )

    def _create(self) -> None:
        plan, passphrase = self._plan(), self.passphrase.first.text()
        self.next.setEnabled(False)
        self.problem.setText("正在建立加密数据…")
        self.runner.start(
            lambda _progress: setup.create_replica(self._folder, plan, passphrase),
            partial(self._on_created, passphrase),
        )

    def _on_created(self, passphrase: str, made: NewReplica) -> None:
        self.recovery.set_key(made.recovery_key)
        try:
            self.store = unlock.unlock(self._folder, passphrase, self._holder, self._clock)
        except Exception as error:
            self._on_failed(as_app_error(error))
            return
        self._write_request()
        self.show_step(self.recovery)

    def _write_request(self) -> None:
        """The request for enrolment lies ready; a county is its own root and asks nobody."""
        store = self.store
        self.request.setVisible(store.level != "county")
        if store.level == "county":
            return
        path = self._request_path()
        if self.runner.call(lambda: devices.request_device(store, path)) is not None:
            upper = "镇里" if store.level == "village" else "县里"
            self.request_text.setText(f"和{upper}登记设备的申请已写好，下次交U盘时带上。")

    def _request_path(self) -> Path:
        return self._folder / f"{self.store.identity.name}.登记申请"

    def _save_request(self) -> None:
        store, name = self.store, self._request_path().name
        found, _filter = QFileDialog.getSaveFileName(
            self, "存登记申请", name, "登记申请 (*.登记申请)"
        )
        if found:
            self.runner.call(lambda: devices.request_device(store, Path(found)))

    def _on_restore(self) -> None:
        """An older replica comes back from a backup instead of making a new one."""
        clock = self._clock or partial(datetime.now, UTC)
        dialog = RestoreDialog(self, self._folder, clock())
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.open_restored(dialog.passphrase)

    def open_restored(self, passphrase: str) -> None:
        """Open what was restored and leave the wizard."""
        self.store = self.runner.call(
            lambda: unlock.unlock(self._folder, passphrase, self._holder, self._clock)
        )
        if self.store is not None:
            self._finish("workbench")

    def _after_recovery(self) -> None:
        store = self.store
        actor = operators.actor(store)
        self._desk = Desk(store, actor, lambda: store.clock().astimezone().date(), self.runner)
        if store.level != "village":
            self.done_text.setText("等村里的变更包到了，在“数据交换”导入。")
            self.show_step(self.final)
            return
        self.flow = ImportFlow(self._desk)
        self.look.body.addWidget(self.flow, 1)
        self.flow.previewed.connect(self._on_preview)
        self.flow.imported.connect(self._on_imported)
        self.flow.working.connect(self._on_working)
        self.show_step(self.roster)

    # ---------------------------------------------------------------- roster
    def _choose(self) -> None:
        paths = choose_files(self)
        if paths:
            self.read(paths)

    def _paste(self) -> None:
        """Take the rows from the clipboard."""
        if self.stack.currentWidget() is self.roster:
            self.read([pasted_rows()])

    def read(self, paths: Sequence[Source]) -> None:
        """Read roster files or pasted rows and show what they say."""
        if self.flow is not None:
            self.show_step(self.look)
            self.next.setEnabled(False)
            self.flow.view.sentence.setText("正在读…")
            self.flow.read(paths)

    def _on_preview(self, preview: RosterPreview) -> None:
        self.next.setText(f"导入{counts(preview)[0]}户")
        self.next.setEnabled(True)
        self.next.setFocus()

    def _on_imported(self, result: RosterResult) -> None:
        """Open the month at once: the first household can be filled."""
        self._imported = True
        desk = self._desk
        if desk is None:
            return
        today = desk.today()
        period = Period.of(today)
        status = self.runner.call(lambda: months.open_period(desk.store, desk.actor, period, today))
        due = status.due_households if status is not None else 0
        self.done_text.setText(
            f"{result_sentence(result)}\n{period.month}月应访{due}户。现在填第一户？"
        )
        self.show_step(self.final)

    def _on_working(self, is_busy: bool) -> None:
        waits = self.stack.currentWidget() is self.look
        ready = self.flow is not None and self.flow.preview is not None
        self.next.setEnabled(not is_busy and (ready or not waits))

    # ---------------------------------------------------------------- the rest
    def _finish(self, page: str) -> None:
        self.first_page = page if self._has_people() else "workbench"
        self.runner.close()
        self.accept()

    def _save_sheet(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(self, "存成PDF", "恢复单.pdf", "PDF (*.pdf)")
        if name:
            key, place = self.recovery.key(), self._plan().name
            self.runner.call(lambda: recovery_sheet.save_pdf(key, place, Path(name)))

    def _print_sheet(self) -> None:
        key, place = self.recovery.key(), self._plan().name
        self.runner.call(lambda: recovery_sheet.print_sheet(self, key, place))

    def _on_demo(self) -> None:
        see_demo = self._see_demo
        if see_demo is not None:
            self.problem.setText("正在编一个村…")
            self.runner.start(lambda _progress: see_demo(), lambda _none: self.reject())

    def _on_failed(self, error: object) -> None:
        messages.show_error(self, as_app_error(error) if isinstance(error, Exception) else error)  # type: ignore[arg-type]
        if self.flow is not None and self.flow.preview is None:
            self.show_step(self.roster)
        self._check()

    def _roster_step(self) -> Step:
        step = Step("4　户名册", ADVICE)
        paste = button("粘贴　Ctrl+V", self._paste)
        paste.setShortcut(QKeySequence.StandardKey.Paste)
        step.body.addWidget(paste, 0, Qt.AlignmentFlag.AlignLeft)
        step.body.addWidget(quiet("在WPS里选中行（带表头）复制，回来按 Ctrl+V 也行。"))
        step.body.addStretch()
        return step

    def _arrange(self) -> None:
        self._imported = False
        layout = QVBoxLayout()
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        area = self._area = QScrollArea()  # large text may need to scroll down, never sideways
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.stack)
        layout.addWidget(area, 1)
        layout.addWidget(self.problem)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.restore)
        row.addWidget(self.demo)
        row.addWidget(self.later)
        row.addWidget(self.next)
        layout.addLayout(row)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._step_list())
        whole.addLayout(layout, 1)
        give_size(self, 58, 34)

    def _step_list(self) -> QWidget:
        """Return the names of the steps at the left, the present one marked."""
        box = QWidget()
        box.setObjectName("steps")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 24, 12, 24)
        self._names = [QLabel(name) for name in _NAMES]
        for name in self._names:
            column.addWidget(name)
        column.addStretch()
        return box

    def _connect(self) -> None:
        for step in (self.place, self.passphrase, self.recovery):
            step.changed.connect(self._check)
        self.recovery.save_requested.connect(self._save_sheet)
        self.recovery.print_requested.connect(self._print_sheet)
        self.runner.failed.connect(self._on_failed)


def _look_at(folder: Path) -> tuple[str, str]:
    """Return why nothing may be made in a folder, and what one should know of it."""
    try:
        places.check_new(folder)
    except AppError as error:
        return error.sentence(), ""
    return "", places.sentence(folder)
