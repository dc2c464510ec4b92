"""预警 of a township or county: the review queue first, beside it every warning there is."""

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from app.domain.period import Period
from app.ops.review import Queue
from app.ui.closing.village_months import VillageMonthsDialog
from app.ui.empty_state import EmptyState
from app.ui.page import Desk, KeyHelp
from app.ui.page_stack import PageStack
from app.ui.parts import add_shortcut
from app.ui.review.package_dialogs import ImportAllDialog, WriteAllDialog
from app.ui.review.queue_view import QueueView
from app.ui.review.reminders_dialog import RemindersDialog
from app.ui.warnings.warnings_page import WarningsPage

_QUEUE, _ALL = 0, 1


class ReviewPage(QWidget):
    """Two faces of one page: 审核队列 and 全部预警; B goes from one to the other."""

    open_requested = Signal(str, str)
    page_key, title = "warnings", "预警"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.tabs = QTabBar()
        self.tabs.addTab("审核队列")
        self.tabs.addTab("全部预警（B）")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        ini = desk.store.path.parent / "desktop.ini"
        self.queue = QueueView(desk, QSettings(str(ini), QSettings.Format.IniFormat))
        self.warnings = WarningsPage(desk)
        self.empty = EmptyState(
            "没有待审事项。",
            (
                ("导入全部包", self.import_all),
                ("看缺报", self.remind),
                ("各写一个决定包", self.write_all),
                ("各村月份", self.show_months),
            ),
        )
        self._stack = PageStack()
        for widget in (self.queue, self.warnings, self.empty):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)
        self._connect()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the shown face again."""
        if self.tabs.currentIndex() == _ALL:
            self.warnings.refresh(changed)
            return
        self.queue.refresh()
        missing = self.queue.missing_reporters()
        names = "、".join(one.name for one in missing)
        late = f"缺报{len(missing)}{self.queue.below}：{names}。" if missing else "都报来了。"
        self.empty.set_text(f"没有待审事项。{late if self.queue.reporters() else ''}")
        self._show_face()

    def show_target(self, target_id: str) -> None:
        """Go to a warning, in the queue if it waits there."""
        if not target_id:
            return
        if self.tabs.currentIndex() == _QUEUE and self.queue.select(target_id):
            return
        self.tabs.setCurrentIndex(_ALL)
        self.warnings.show_target(target_id)

    def keys(self) -> KeyHelp:
        shown = self.warnings.keys() if self._is_all() else self.queue.keys()
        return (*shown, ("B", "审核队列 / 全部预警"))

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return self.warnings.areas() if self._is_all() else self.queue.areas()

    def set_scale(self, scale: float) -> None:
        self.queue.set_scale(scale)
        self.warnings.set_scale(scale)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._stack.currentWidget().setFocus(event.reason())

    # ---------------------------------------------------------------- packages
    def write_all(self) -> None:
        """Write the decisions, then one package for each village."""
        self.queue.decisions.write_all()
        self._writer().exec()

    def import_all(self) -> None:
        """Take in all packages of a stick, after one preview."""
        self.queue.decisions.write_all()
        ImportAllDialog(self, self._desk).exec()
        self.refresh(None)

    def remind(self) -> None:
        """Show who has sent nothing."""
        RemindersDialog(self, self.queue.missing_reporters(), self._desk.today()).exec()

    def show_months(self) -> None:
        """Show how far the villages' months are, and agree to corrections."""
        VillageMonthsDialog(self, self._desk, Period.of(self._desk.today())).exec()

    def _writer(self) -> WriteAllDialog:
        return WriteAllDialog(self, self._desk, self.queue.reporters())

    def _is_all(self) -> bool:
        return self.tabs.currentIndex() == _ALL

    def show_queue(self, queue: Queue) -> None:
        """Show what waits for review."""
        self.queue.show_queue(queue, self.queue.reporters())
        self._show_face()

    def _show_face(self) -> None:
        if self._is_all():
            self._stack.setCurrentWidget(self.warnings)
        else:
            has_any = bool(self.queue.matters()) or bool(self.queue.decisions.waiting)
            self._stack.setCurrentWidget(self.queue if has_any else self.empty)

    def _on_face(self, _index: int) -> None:
        self.queue.decisions.write_all()
        self.refresh(None)
        self._show_face()
        self._stack.currentWidget().setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._on_face)
        self.queue.household_requested.connect(
            lambda household: self.open_requested.emit("roster", household)
        )
        self.queue.write_requested.connect(self.write_all)
        self.queue.import_requested.connect(self.import_all)
        self.queue.reminders_requested.connect(self.remind)
        self.queue.months_requested.connect(self.show_months)
        self.warnings.open_requested.connect(self.open_requested)
        add_shortcut(self, "B", lambda: self.tabs.setCurrentIndex(1 - self.tabs.currentIndex()))
