"""设置: a list of subjects at the left, one of them at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from app.ui.backup.backup_view import BackupView
from app.ui.idle_lock import MINUTES_KEY, kept_minutes
from app.ui.page import Desk, KeyHelp
from app.ui.settings.look_view import LookView
from app.ui.settings.manual_view import ManualView
from app.ui.settings.people_view import PeopleView
from app.ui.settings.policy_view import PolicyView
from app.ui.settings.records_view import AboutView, PrintsView
from app.ui.settings.root_view import RootView
from app.ui.settings.security_view import SecurityView
from app.ui.settings.team_view import TeamView

_ROW = 1.5  # lines: a row of the list with the padding that the style gives it


class SettingsPage(QWidget):
    """``scale_chosen`` and ``minutes_chosen`` go to the window and its lock."""

    open_requested = Signal(str, str)
    scale_chosen = Signal(float)
    minutes_chosen = Signal(int)
    page_key, title = "settings", "设置"

    def __init__(self, desk: Desk, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self.people, self.policy, self.look = PeopleView(desk), PolicyView(desk), LookView(desk)
        self.security, self.prints = SecurityView(desk), PrintsView(desk)
        self.backup, self.about = BackupView(desk), AboutView(desk)
        self.root, self.manual = RootView(desk), ManualView()
        self.team = TeamView(desk)
        self.list = QListWidget()
        self.list.setAccessibleName("设置的内容")
        self.stack = QStackedWidget()
        for name, view in self._subjects():
            self.list.addItem(name)
            self.stack.addWidget(_scrolled(view))
        self.list.currentRowChanged.connect(self._show)
        self.security.set_minutes(self.minutes())
        self.security.minutes_chosen.connect(self._on_minutes)
        self.look.scale_chosen.connect(self.scale_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self.list)
        layout.addWidget(self.stack, 1)
        self.list.setCurrentRow(0)
        self._fit_list()

    def minutes(self) -> int:
        """Return after how many idle minutes the window locks."""
        return kept_minutes(self._settings)

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the shown subject again."""
        self._show(self.list.currentRow())

    def show_target(self, target_id: str) -> None:
        """Show one subject by its name (also the command line's help may say it)."""
        found = self.list.findItems(target_id, Qt.MatchFlag.MatchExactly) if target_id else []
        if found:
            self.list.setCurrentItem(found[0])

    def keys(self) -> KeyHelp:
        return (("↑ ↓", "选一项设置"), ("Tab", "到右边"), ("Ctrl+= / Ctrl+-", "字放大 / 缩小"))

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.list, self.stack.currentWidget()]

    def set_scale(self, scale: float) -> None:
        self.look.set_scale(scale)
        self._fit_list()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.list.setFocus(event.reason())

    def _subjects(self) -> Sequence[tuple[str, QWidget]]:
        return (
            ("人员和角色", self.people),
            ("政策参数", self.policy),
            ("字号和字体", self.look),
            ("口令和锁屏", self.security),
            ("备份", self.backup),
            ("县级密钥", self.root),
            ("驻村队伍", self.team),
            ("打印记录", self.prints),
            ("手册", self.manual),
            ("关于", self.about),
        )

    def _show(self, row: int) -> None:
        self.stack.setCurrentIndex(row)
        view = self._subjects()[row][1]
        read = getattr(view, "refresh", None)
        if read is not None and self.isVisible():
            read()

    def _on_minutes(self, minutes: int) -> None:
        self._settings.setValue(MINUTES_KEY, minutes)
        self.minutes_chosen.emit(minutes)

    def _fit_list(self) -> None:
        self.list.setFixedWidth(self.fontMetrics().horizontalAdvance("汉") * 9)
        row = QSize(0, round(self.fontMetrics().height() * _ROW))
        for number in range(self.list.count()):
            self.list.item(number).setSizeHint(row)


def _scrolled(view: QWidget) -> QScrollArea:
    """Large text may need more height than there is; never more width."""
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
