"""The real PDF of a household's sheet beside the editor, made anew after every change."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.domain.plan import Edition
from app.ops import plans, previews
from app.ops.plans import PlanJob
from app.ops.printing import Printed, Printing
from app.ui.page import Desk
from app.ui.parts import button, quiet
from app.ui.pdf_pages import PdfPages

_DELAY = 250  # milliseconds: typing and arrowing through the list come first
_INCHES = 8.27  # width of A4
_Done = tuple[Printed, bytes, str]


class Preview(QWidget):
    """``made`` carries how many pages the sheet has."""

    made = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._wanted: PlanJob | None = None
        self._round = 0
        self._pages: PdfPages | None = None
        self._number = 0
        self.hint, self.place = quiet(), QLabel()
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area = QScrollArea()
        self.area.setWidget(self.picture)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName("预览")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY)
        self._timer.timeout.connect(self._make)
        self._arrange()

    def show_sheet(self, job: PlanJob) -> None:
        """Show the sheet of a job's one household as it stands now."""
        self._wanted = job
        if self.isVisible():
            self._timer.start()

    def make_now(self) -> None:
        """Make what is wanted without waiting (also when the preview comes into sight)."""
        self._timer.stop()
        self._make()

    def draw_now(self) -> None:
        """Make and show what is wanted before this returns, for a picture of the page."""
        if self._wanted is not None:
            number, make = self._job(self._wanted)
            done = self._desk.runner.call(lambda: make(None))
            if done is not None:
                self._show_made(number, done)

    def _make(self) -> None:
        if self._wanted is not None:
            number, make = self._job(self._wanted)
            self._desk.runner.start(make, lambda done: self._show_made(number, done))

    def _job(self, job: PlanJob) -> tuple[int, Callable[[object], _Done]]:
        """Return the number of the round, and what makes its PDF."""
        self._round += 1
        store, actor, number = self._desk.store, self._desk.actor, self._round
        today = self._desk.today()

        def paper(path: Path) -> Printed:
            return plans.print_plans(store, job, Printing(actor, path, today))

        def make(_progress: object) -> _Done:
            made, data = previews.in_memory(store, paper)
            if job.edition is not Edition.WALL or not job.household_ids:
                return made, data, ""
            return made, data, plans.hangs_since(store, job.household_ids[0], today)

        return number, make

    def _show_made(self, number: int, done: _Done) -> None:
        if number != self._round:
            return
        self._close()
        made, data, since = done
        self._pages = PdfPages(data)
        notes = list(made.warnings)
        if since:
            day = date.fromisoformat(since)
            notes.append(f"本户上墙内容未变（{day.month}月{day.day}日已印），不必重印。")
        self.hint.setText("\n".join(notes))
        self.hint.setVisible(bool(notes))
        self._number = min(self._number, len(self._pages) - 1)
        self._draw()
        self.made.emit(len(self._pages))

    def _turn(self, step: int) -> None:
        if self._pages is not None and 0 <= self._number + step < len(self._pages):
            self._number += step
            self._draw()
            self.area.verticalScrollBar().setValue(0)

    def _draw(self) -> None:
        if self._pages is None:
            return
        width = max(200, self.area.viewport().width() - 8)
        ratio = self.devicePixelRatioF()
        image = self._pages.image(self._number, width * ratio / _INCHES)
        image.setDevicePixelRatio(ratio)
        self.picture.setPixmap(QPixmap.fromImage(image))
        self.place.setText(f"第{self._number + 1}页，共{len(self._pages)}页")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()  # whoever cannot see it needs no paper
        self._close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(380, 600)

    def _close(self) -> None:
        if self._pages is not None:
            self._pages.close()
            self._pages = None

    def _arrange(self) -> None:
        self.before = button("上页", lambda: self._turn(-1))
        self.after = button("下页", lambda: self._turn(1))
        row = QHBoxLayout()
        row.addWidget(self.before)
        row.addWidget(self.after)
        row.addWidget(self.place)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.hint)
        layout.addWidget(self.area, 1)
        layout.addLayout(row)
        self.hint.hide()
