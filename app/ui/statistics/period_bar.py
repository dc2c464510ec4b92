"""Which report: month, year or up to a day, and of which area."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QWidget

from app.domain.period import Period

MONTH, YEAR, DAY = range(3)
_MONTHS, _YEARS = 36, 6


class PeriodBar(QWidget):
    """Combo boxes of a report; ``changed`` when another one is wanted."""

    changed = Signal()

    def __init__(self, areas: Sequence[tuple[str, str]], today: date) -> None:
        super().__init__()
        self.kind, self.month, self.year = QComboBox(), QComboBox(), QComboBox()
        self.kind.addItems(["月报", "年报", "截至某天"])
        now = Period.of(today)
        for back in range(_MONTHS):
            self.add_month(now.plus(-back))
        for number in range(today.year, today.year - _YEARS, -1):
            self.year.addItem(f"{number}年", number)
        self.day = QDateEdit(QDate(today.year, today.month, today.day))
        self.day.setDisplayFormat("yyyy年M月d日")
        self.day.setMaximumDate(self.day.date())
        self.area = QComboBox()
        for code, name in areas:
            self.area.addItem(name, code)
        self.area.setVisible(len(areas) > 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget, name in (
            (self.kind, "报表种类"), (self.month, "月份"), (self.year, "年份"),
            (self.day, "截至哪天"), (self.area, "地区"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            row.addWidget(widget)
        self.kind.currentIndexChanged.connect(self._on_kind)
        for box in (self.month, self.year, self.area):
            box.currentIndexChanged.connect(self.changed)
        self.day.editingFinished.connect(self.changed)
        self._show_fields()

    def period(self) -> Period:
        """Return the month that is chosen."""
        return Period.parse(str(self.month.currentData()))

    def chosen_day(self) -> date:
        """Return the day that is chosen."""
        day = self.day.date()
        return date(day.year(), day.month(), day.day())

    def show_month(self, period: Period) -> None:
        """Choose the report of one month."""
        place = self.month.findData(str(period))
        if place >= 0:
            self.blockSignals(True)
            self.kind.setCurrentIndex(MONTH)
            self.month.setCurrentIndex(place)
            self.blockSignals(False)
            self.changed.emit()

    def add_month(self, period: Period) -> None:
        self.month.addItem(f"{period.year}年{period.month}月", str(period))

    def _on_kind(self) -> None:
        self._show_fields()
        self.changed.emit()

    def _show_fields(self) -> None:
        kind = self.kind.currentIndex()
        for number, field in ((MONTH, self.month), (YEAR, self.year), (DAY, self.day)):
            field.setVisible(number == kind)
