"""数据交换: three big actions, and the preview between choosing a file and taking it in."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.period import Period
from app.ops import devices, exchange, workbench
from app.ops.devices import DeviceLine, Enrolment
from app.ops.exchange_lines import Exported, Imported
from app.ui import messages
from app.ui.data_table import DataTable
from app.ui.exchange import intake
from app.ui.exchange.conflicts_view import ConflictsView
from app.ui.exchange.device_dialogs import FingerprintDialog
from app.ui.exchange.history_view import HistoryView
from app.ui.exchange.households_view import HouseholdsView
from app.ui.exchange.intake import Taken
from app.ui.exchange.results_view import ResultsView
from app.ui.exchange.revoke_dialog import RevokeDialog
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk, KeyHelp
from app.ui.parts import Card, add_shortcut, button, plain, quiet
from app.ui.runner import Progress
from app.ui.table_model import Column

_PACKAGES = "变更包 (*.变更包);;所有文件 (*)"
_REQUESTS = "登记申请 (*.登记申请);;所有文件 (*)"
_GRANTS = "授权书 (*.授权书);;所有文件 (*)"
_CONFLICTS = "两边改得不一样"
_LINES = 11  # of a tab with its table
_BASE = "底册是现在的全部户、人和没办完的事，新电脑导入后马上能用；以前的记录跟在后面。"
_LEVELS = {"village": "村", "township": "镇", "county": "县"}
_STATES = {"active": "已登记", "not_enrolled": "还没有登记", "revoked": "已停用"}
_RELATIONS = {
    "self": "本机",
    "superior": "上级",
    "root": "县",
    "subordinate": "下级",
    "other": "其他",
}


class ExchangePage(QWidget):
    """Export, import, enrolment; files go to and come from a stick."""

    open_requested = Signal(str, str)
    page_key, title = "exchange", "数据交换"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._devices: list[DeviceLine] = []
        self._waiting: list[Path] = []
        self.export_card, self.import_card = Card("1 导出变更包"), Card("2 导入")
        self.device_card = Card("3 登记设备")
        self.export_text, self.import_text, self.device_text = plain(), plain(), plain()
        self.receiver, self.base = QComboBox(), QCheckBox("对方是新电脑，先给底册")
        self.receiver.setAccessibleName("导出给谁")
        self.base.setToolTip(_BASE)
        self.base.setAccessibleDescription(_BASE)
        self.receiver.currentIndexChanged.connect(lambda _index: self._offer_base())
        self.export_button = button("1 导出到U盘", self._on_export, primary=True)
        self.ask_button = button("请对方补发", self._on_ask)
        self.ask_button.setToolTip("只写回执：这里缺什么，对方下次导出时补上")
        self.import_button = button("2 选择文件", self._on_import, primary=True)
        self.request_button = button("写登记申请", self._on_request)
        self.accept_button = button("导入授权书", self._on_accept)
        self.approve_button = button("3 登记新设备", self._on_approve)
        self.revoke_button = button("停用设备…", self._on_revoke)
        self.results = ResultsView()
        self.results.taken.connect(self._on_take)
        self.results.left.connect(self._on_leave)
        self.table = DataTable(_COLUMNS, "已登记的设备")
        self.conflicts, self.history = ConflictsView(desk), HistoryView(desk)
        self.households = HouseholdsView(desk)
        self.households.opened.connect(
            lambda line: self.open_requested.emit("roster", line.household_id)
        )
        self.conflicts.open_requested.connect(self.open_requested)
        self.conflicts.counted.connect(self._on_counted)
        self.tabs = QTabWidget()
        self._arrange()
        self._add_shortcuts()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read what may be exported to whom, and who is enrolled."""
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(lambda: devices.list_devices(store))
        bench = self._desk.runner.call(lambda: workbench.workbench(store, Period.of(today), today))
        if found is None or bench is None:
            return
        self._devices = found
        self.table.set_rows(found)
        self._fill_receivers()
        self.conflicts.refresh()
        self.history.refresh()
        self.households.refresh()
        own = next(line for line in found if line.relation == "self")
        is_enrolled = store.level == "county" or bench.is_enrolled
        state = "已登记" if is_enrolled else "还没有和上级登记。先写申请，下次交U盘时带上。"
        self.device_text.setText(f"本机{state}\n指纹　{own.fingerprint}")
        self.request_button.setVisible(store.level != "county")
        self.accept_button.setVisible(store.level != "county")
        self.approve_button.setVisible(store.level != "village")
        self.revoke_button.setVisible(bool(self._revocable()))
        sent, came = bench.last_export, bench.last_import
        self.export_text.setText(f"上次导出　{sent or '还没有'}")
        advice = "从U盘选一个或几个包。先看变化，再确认。"
        self.import_text.setText(f"{advice}\n上次导入　{came or '还没有'}")

    def show_target(self, target_id: str) -> None:
        """Put the keyboard on the action that was asked for."""
        buttons = {
            "export": self.export_button,
            "import": self.import_button,
            "device": self.request_button,
        }
        if target_id == "conflicts":
            self.show_conflicts()
        if target_id in buttons:
            buttons[target_id].setFocus(Qt.FocusReason.OtherFocusReason)

    def keys(self) -> KeyHelp:
        return (
            ("1", "导出到U盘"),
            ("2", "选择要导入的文件，可选几个"),
            ("3", "登记设备"),
            ("C", "到两边改得不一样的"),
            ("1、2… 3", "在那里：用第一个、第二个，最后一个数是以后再定"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        first = self.export_button if self.export_button.isEnabled() else self.request_button
        if self.results.isVisible():
            return [first, self.results.table, self.results.leave_button]
        shown = self.tabs.currentWidget()
        inner = shown.table if isinstance(shown, ConflictsView | HistoryView) else shown
        return [first, self.tabs.tabBar(), inner]

    def set_scale(self, _scale: float) -> None:
        """Leave some lines of the tables to be seen; the page scrolls for the rest."""
        self.tabs.setMinimumHeight(self.fontMetrics().lineSpacing() * _LINES)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        first = self.export_button if self.export_button.isEnabled() else self.request_button
        first.setFocus(event.reason())

    # ---------------------------------------------------------------- export
    def _fill_receivers(self) -> None:
        near = [line for line in self._devices if line.relation in ("superior", "subordinate")]
        targets = [line for line in near if line.state != "revoked"]
        self.receiver.clear()
        for line in targets:
            self.receiver.addItem(f"给{line.name}", line.device_id)
        self.receiver.setVisible(len(targets) > 1)
        self._offer_base()
        self.export_button.setEnabled(bool(targets))
        self.ask_button.setEnabled(bool(targets))

    def _offer_base(self) -> None:
        """Only who is below gets a base, and each time it is asked for anew."""
        line = self._receiver()
        self.base.setChecked(False)
        self.base.setVisible(line is not None and line.relation == "subordinate")

    def _receiver(self) -> DeviceLine | None:
        device_id = self.receiver.currentData()
        return next((one for one in self._devices if one.device_id == device_id), None)

    def _on_export(self) -> None:
        chosen = self._choose("导出变更包", "底册-" if self.base.isChecked() else "")
        if chosen is not None:
            self.export_to(*chosen)

    def _on_ask(self) -> None:
        chosen = self._choose("请对方补发", "请补发-")
        if chosen is not None:
            self.ask_for(*chosen)

    def _choose(self, title: str, kind: str) -> tuple[str, Path] | None:
        """Return the receiver and the file that was chosen for it."""
        line = self._receiver()
        if line is None:
            return None
        day = self._desk.today().strftime("%m%d")
        proposal = f"{kind}{self._desk.store.identity.name}-给{line.name}-{day}.变更包"
        name, _filter = QFileDialog.getSaveFileName(self, title, proposal, _PACKAGES)
        return (line.device_id, Path(name)) if name else None

    def export_to(self, device_id: str, path: Path) -> None:
        """Write a package for one device; if one file cannot hold it, several in that folder."""
        desk = self._desk
        wish = exchange.Wish.BASE if self.base.isChecked() else exchange.Wish.NEWS

        def write(progress: Progress) -> Exported:
            now = desk.store.clock()
            one = exchange.export_package(desk.store, desk.actor, device_id, path, now, wish)
            if not one.left:
                return one
            target = exchange.Target(device_id, path.parent, wish)
            done = exchange.export_series(desk.store, desk.actor, target, now, progress)
            path.unlink()  # the series holds it all
            return done

        desk.runner.start(write, self._on_exported)

    def ask_for(self, device_id: str, path: Path) -> None:
        """Write the receipt alone: the other side sends again what is missing here."""
        desk = self._desk
        desk.runner.start(
            lambda _progress: exchange.request_package(
                desk.store, desk.actor, device_id, path, desk.store.clock()
            ),
            self._on_asked,
        )

    def _on_asked(self, done: Exported) -> None:
        self.refresh(None)
        self.export_text.setText(
            f"补发请求已写好：{done.path.name}\n请带给对方导入，再由对方导出。"
        )

    def _on_exported(self, done: Exported) -> None:
        self.refresh(None)
        files = (done, *done.further)
        size = max(1, round(sum(one.bytes for one in files) / 1024))
        numbers = f"第{done.number}号包"
        if done.further:
            numbers = f"第{done.number}—{files[-1].number}号共{len(files)}个包，请都带去"
        households = sum(one.households for one in files)
        changes = sum(one.transactions for one in files)
        self.export_text.setText(
            f"已写好{numbers}，并读回核对过\n"
            f"{households}户 · 预警{sum(one.warnings for one in files)}条 · {changes}笔"
            f"{' · 附底册' if any(one.bases for one in files) else ''} · {size}KB"
        )

    # ---------------------------------------------------------------- import
    def _on_import(self) -> None:
        names, _filter = QFileDialog.getOpenFileNames(self, "选择变更包", "", _PACKAGES)
        if names:
            self.look_at([Path(name) for name in names])

    def look_at(self, paths: list[Path]) -> None:
        """Show what the packages would change, each by itself; nothing is taken in yet."""
        store = self._desk.store
        self._desk.runner.start(
            lambda progress: intake.each(
                paths, lambda path: exchange.preview_package(store, path), progress
            ),
            self._on_preview,
        )

    def _on_preview(self, found: tuple[Taken, ...]) -> None:
        # Packages of one sender go in by their numbers.
        known = [(one.found.sender, one.found.number, one.path) for one in found if one.found]
        self._waiting = [path for _sender, _number, path in sorted(known)]
        if len(found) == 1 and found[0].error is not None:
            self._desk.runner.failed.emit(found[0].error)
            return
        self.tabs.hide()
        self.results.ask(found)

    def _on_take(self) -> None:
        desk, waiting = self._desk, self._waiting
        self._waiting = []

        def take(path: Path) -> Imported:
            now = desk.store.clock()
            return exchange.import_package(desk.store, desk.actor, path, now, confirmed=True)

        desk.runner.start(lambda progress: intake.each(waiting, take, progress), self._on_taken)

    def _on_taken(self, done: tuple[Taken, ...]) -> None:
        for one in done:
            if one.found is not None:
                self._desk.runner.changed.emit(one.found.changed)
        self.refresh(None)
        good = sum(one.found is not None for one in done)
        head = f"已并入{good}个包" if good == len(done) else f"已并入{good}个，共{len(done)}个包"
        self.import_text.setText(head)
        self.results.report(done)
        if self.conflicts.table.table.rowCount():
            self.tabs.setCurrentWidget(self.conflicts)

    def _on_leave(self) -> None:
        self._waiting = []
        self.results.hide()
        self.tabs.show()
        self.import_button.setFocus()

    # ---------------------------------------------------------------- devices
    def _on_request(self) -> None:
        proposal = f"{self._desk.store.identity.name}.登记申请"
        name, _filter = QFileDialog.getSaveFileName(self, "写登记申请", proposal, _REQUESTS)
        if not name:
            return
        store = self._desk.store
        done = self._desk.runner.call(lambda: devices.request_device(store, Path(name)))
        if done is not None:
            self._say(
                f"申请已写好。指纹　{done.fingerprint}\n交U盘时带上，并当面或打电话核对指纹。"
            )

    def _on_approve(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, "选择登记申请", "", _REQUESTS)
        if not name:
            return
        found = self._desk.runner.call(lambda: devices.read_request_file(Path(name)))
        if found is None:
            return
        request, fingerprint = found
        who = f"{request.identity.name}（{_LEVELS.get(request.identity.level, '')}）申请登记。"
        dialog = FingerprintDialog(self, "登记新设备", f"{who}请让对方念指纹。", fingerprint)
        if dialog.exec():
            self._approve(Path(name), dialog.fingerprint())

    def _approve(self, path: Path, typed: str | None) -> None:
        proposal = f"{path.stem}.授权书"
        name, _filter = QFileDialog.getSaveFileName(self, "写授权书", proposal, _GRANTS)
        if name:
            desk = self._desk
            done = desk.runner.call(
                lambda: devices.approve_device(desk.store, desk.actor, path, typed, Path(name))
            )
            self._after(done, "授权书已写好，请交回对方导入。")

    def _on_accept(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, "选择授权书", "", _GRANTS)
        if not name:
            return
        sentence = "导入上级给本机的授权书。请让上级念授权书的指纹。"
        dialog = FingerprintDialog(self, "导入授权书", sentence, "")
        if dialog.exec():
            desk = self._desk
            typed = dialog.fingerprint()
            done = desk.runner.call(
                lambda: devices.accept_device(desk.store, desk.actor, Path(name), typed)
            )
            self._after(done, "本机已登记，可以和上级交换了。")

    def _revocable(self) -> list[DeviceLine]:
        active = [line for line in self._devices if line.state == "active"]
        return [line for line in active if line.relation == "subordinate"]

    def _on_revoke(self) -> None:
        dialog = RevokeDialog(self, self._revocable())
        if dialog.exec():
            self.revoke(dialog.device.currentData(), dialog.why.text().strip())

    def revoke(self, device_id: str, reason: str) -> None:
        """End a device; what is taken in stays."""
        desk = self._desk
        done = desk.runner.call(
            lambda: devices.revoke_device(desk.store, desk.actor, device_id, reason)
        )
        if done is not None:
            self.refresh(None)
            self._say(f"已停用：{done.name}。请给各处再导出一次变更包。")

    def _after(self, done: Enrolment | None, sentence: str) -> None:
        if done is None:
            return
        self.refresh(None)
        checked = "指纹已核对。" if done.is_checked else "指纹还没有核对。"
        self._say(f"{sentence}\n{done.name}　指纹　{done.fingerprint}\n{checked}")

    def _say(self, text: str) -> None:
        messages.show_text(self, "登记设备", text)

    # ---------------------------------------------------------------- building
    def _arrange(self) -> None:
        export, take, device = (
            c.body for c in (self.export_card, self.import_card, self.device_card)
        )
        for widget in (self.export_text, self.receiver, self.base):
            export.addWidget(widget)
        export.addStretch()
        actions = QWidget()
        row = FlowLayout(actions, gap=8)
        for made in (self.export_button, self.ask_button):
            row.addWidget(made)
        export.addWidget(actions)
        take.addWidget(self.import_text)
        take.addStretch()
        take.addWidget(self.import_button, 0, Qt.AlignmentFlag.AlignLeft)
        device.addWidget(self.device_text)
        device.addStretch()
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=8)
        for made in (
            self.request_button, self.accept_button, self.approve_button, self.revoke_button,
        ):  # fmt: skip
            flow.addWidget(made)
        device.addWidget(buttons)
        cards = QHBoxLayout()
        cards.setSpacing(8)
        for card in (self.export_card, self.import_card, self.device_card):
            cards.addWidget(card, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(cards)
        layout.addWidget(self.results, 1)
        self.tabs.addTab(self.history, "往来记录")
        self.tabs.addTab(self.conflicts, _CONFLICTS)
        if self._desk.store.level != "county":
            self.tabs.addTab(self.households, "逐户")
        self.tabs.addTab(self.table, "已登记的设备")
        self.set_scale(1.0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(quiet("不联网。变更包已加密，只有收件的那台电脑打得开。"))

    def _on_counted(self, number: int) -> None:
        place = self.tabs.indexOf(self.conflicts)
        self.tabs.setTabText(place, f"{_CONFLICTS}（{number}）" if number else _CONFLICTS)

    def press(self, digit: int) -> None:
        """Do what a digit means here: one of the three actions, in a conflict a choice."""
        focus = QApplication.focusWidget()
        if focus is not None and self.conflicts.isAncestorOf(focus):
            self.conflicts.choose(digit)
            return
        third = self.approve_button if self.approve_button.isVisible() else self.request_button
        actions = {1: self.export_button, 2: self.import_button, 3: third}
        if digit in actions:
            actions[digit].click()

    def _add_shortcuts(self) -> None:
        for digit in range(1, 6):
            add_shortcut(self, str(digit), partial(self.press, digit))
        add_shortcut(self, "C", self.show_conflicts)

    def show_conflicts(self) -> None:
        """Put the keyboard on what must be decided."""
        self.tabs.setCurrentWidget(self.conflicts)
        self.conflicts.table.setFocus(Qt.FocusReason.OtherFocusReason)


_COLUMNS = (
    Column("名称", lambda line: line.name),
    Column("级别", lambda line: _LEVELS.get(line.level, line.level), width=3),
    Column("关系", lambda line: _RELATIONS.get(line.relation, line.relation), width=4),
    Column("区划代码", lambda line: line.area_code, width=8),
    Column("状态", lambda line: _STATES.get(line.state, line.state), width=6),
)
