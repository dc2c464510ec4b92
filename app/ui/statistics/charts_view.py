"""The pictures of a report, one below the other; each bar leads to the figure it draws."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.domain.period import Period
from app.domain.statistics.charts import Chart
from app.domain.statistics.report import Report
from app.domain.statistics.table import ReportTable
from app.ui.statistics.chart_view import ChartView, category_text

_TABLES = {"causes": ("T3", 0), "coverage": ("T11", 0), "deadlines": ("T15", 0)}


class ChartsView(QScrollArea):
    """``cell_opened``: words and ``Cell``; ``month_opened``: a month of the warnings picture."""

    cell_opened = Signal(str, object)
    month_opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pictures: dict[str, ChartView] = {}

    def show_report(self, report: Report) -> None:
        """Draw the pictures of a report."""
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setSpacing(16)
        self.pictures = {}
        for chart in report.charts:
            picture = ChartView(chart)
            picture.opened.connect(partial(self._on_opened, report, chart))
            self.pictures[chart.key] = picture
            layout.addWidget(picture)
        layout.addStretch()
        self.setWidget(box)

    def _on_opened(self, report: Report, chart: Chart, place: int) -> None:
        if chart.key not in _TABLES:
            back = place - len(chart.categories) + 1
            self.month_opened.emit(Period.of(report.window.end).plus(back))
            return
        number, column = _TABLES[chart.key]
        table: ReportTable = report.table(number)
        cell = table.row(chart.categories[place]).cells[column]
        self.cell_opened.emit(f"{chart.title}　{category_text(chart, place)}", cell)
