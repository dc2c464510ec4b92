"""A picture of a table: the same values as on paper, told apart by pattern, each bar a door."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.statistics.charts import BARS, Chart
from app.ui import colours

_PATTERNS = (Qt.BrushStyle.BDiagPattern, Qt.BrushStyle.SolidPattern, Qt.BrushStyle.NoBrush)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_STEPS = (4, 8, 12, 20)


class ChartView(QWidget):
    """Draws one chart; arrows choose a category, Enter and a click open it.

    ``opened`` carries the number of the category.
    """

    opened = Signal(int)

    def __init__(self, chart: Chart | None = None, *, lines: int = 12) -> None:
        super().__init__()
        self._lines = lines  # least height in lines of text
        self._chart: Chart | None = None
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if chart is not None:
            self.set_chart(chart)

    def set_chart(self, chart: Chart) -> None:
        """Show a chart; the chosen category stays where it still is."""
        self._chart = chart
        self._current = min(self._current, len(chart.categories) - 1)
        self.setAccessibleName(f"{chart.title}（{chart.unit}）")
        self.updateGeometry()
        self._choose(self._current)

    def set_lines(self, lines: int) -> None:
        """Take this least height, in lines of text."""
        self._lines = lines
        self.updateGeometry()

    def chart(self) -> Chart | None:
        """Return what is shown."""
        return self._chart

    def current(self) -> int:
        """Return the number of the chosen category, -1 without one."""
        return self._current

    def sizeHint(self) -> QSize:
        return QSize(400, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        chart, line = self._chart, self.fontMetrics().height()
        wanted = self._lines
        if chart is not None and chart.shape == BARS:
            wanted = max(5, round(len(chart.categories) * 1.4) + 3)
        return QSize(200, line * wanted)

    # ---------------------------------------------------------------- keyboard and mouse
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps and self._chart is not None:
            last = len(self._chart.categories) - 1
            self._choose(min(max(self._current + steps[key], 0), last))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._category_at(event.position())
        if place >= 0:
            self._choose(place)
            self.opened.emit(place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._current < 0 and self._chart is not None and self._chart.categories:
            self._choose(len(self._chart.categories) - 1 if self._chart.shape != BARS else 0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _choose(self, place: int) -> None:
        self._current = place
        if self._chart is not None and 0 <= place < len(self._chart.categories):
            self.setAccessibleDescription(category_text(self._chart, place))
            self.setToolTip(category_text(self._chart, place))
        self.update()

    def _category_at(self, at: QPointF) -> int:
        places = range(len(self._chart.categories)) if self._chart is not None else range(0)
        return next((n for n in places if self._slot(n).contains(at)), -1)

    # ---------------------------------------------------------------- drawing
    def paintEvent(self, event: QPaintEvent) -> None:
        chart = self._chart
        painter = QPainter(self)
        ink = self.palette().windowText().color()
        painter.setPen(ink)
        if chart is None:
            return
        self._draw_heading(painter, chart)
        if not any(value for series in chart.series for value in series.values):
            painter.drawText(QRectF(self.rect()), _CENTRE, "没有数据")
            return
        if self.hasFocus() and self._current >= 0:
            painter.setPen(QPen(QColor(colours.ACCENT), 2))
            painter.drawRect(self._slot(self._current).adjusted(1, 1, -1, -1))
            painter.setPen(ink)
        if chart.shape == BARS:
            self._draw_bars(painter, chart)
        else:
            self._draw_columns(painter, chart)

    def _draw_heading(self, painter: QPainter, chart: Chart) -> None:
        line, unit = self._line(), self._unit()
        painter.drawText(QRectF(0, 0, self.width(), line), _LEFT, f"{chart.title}（{chart.unit}）")
        right = float(self.width())
        if len(chart.series) > 1:
            for place in range(len(chart.series) - 1, -1, -1):
                label = chart.series[place].label
                wide = self.fontMetrics().horizontalAdvance(label)
                painter.drawText(QRectF(right - wide, 0, wide, line), _RIGHT, label)
                self._box(painter, QRectF(right - wide - unit, line * 0.25, unit * 0.8, line / 2),
                          place)  # fmt: skip
                right -= wide + unit * 1.8
        if chart.note:
            low = QRectF(0, self.height() - line, self.width(), line)
            painter.drawText(low, _LEFT, chart.note)

    def _slot(self, place: int) -> QRectF:
        """Return the room of one category: the door."""
        chart = self._chart
        if chart is None:
            return QRectF()
        area = self._area(chart)
        count = max(1, len(chart.categories))
        if chart.shape == BARS:
            tall = min(area.height() / count, self._line() * 2.0)
            return QRectF(0, area.top() + tall * place, self.width(), tall)
        wide = area.width() / count
        tall = area.height() + self._line()
        return QRectF(area.left() + wide * place, area.top(), wide, tall)

    def _area(self, chart: Chart) -> QRectF:
        """Return where bars may stand: without title, names and note."""
        line, unit = self._line(), self._unit()
        below = line if chart.note else 0.0
        if chart.shape == BARS:
            left = self._names(chart)
            return QRectF(left, line * 1.2, self.width() - left - unit * 5,
                          self.height() - line * 1.2 - below)  # fmt: skip
        return QRectF(unit * 3, line * 1.2, self.width() - unit * 3,
                      self.height() - line * 2.3 - below)  # fmt: skip

    def _names(self, chart: Chart) -> float:
        widest = max((self.fontMetrics().horizontalAdvance(c) for c in chart.categories), default=0)
        return min(float(widest), self.width() * 0.35) + self._unit()

    def _draw_columns(self, painter: QPainter, chart: Chart) -> None:
        area, line = self._area(chart), self._line()
        most = ceiling([value for series in chart.series for value in series.values], chart.unit)
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        for part in (0, 1):
            y = area.bottom() - (area.height() - line) * part
            room = QRectF(0, y - line / 2, area.left() - 4, line)
            painter.drawText(room, _RIGHT, short(most * part))
        columns = range(len(chart.series))
        for place, name in enumerate(chart.categories):
            slot = self._slot(place)
            low = QRectF(slot.left(), area.bottom(), slot.width(), line)
            painter.drawText(low, _CENTRE, name)
            wide = min(slot.width() * 0.84 / max(1, len(columns)), self._unit() * 2.2)
            left = slot.center().x() - wide * len(columns) / 2
            for at, number in enumerate(columns):
                value = chart.series[number].values[place]
                if value is None:
                    continue
                tall = (area.height() - line) * float(value) / float(most)
                box = QRectF(left + wide * at, area.bottom() - tall, wide * 0.88, tall)
                self._box(painter, box, number)
                if value:
                    above = QRectF(
                        box.left() - wide, box.top() - line, box.width() + 2 * wide, line
                    )
                    painter.drawText(above, _CENTRE, short(value))

    def _draw_bars(self, painter: QPainter, chart: Chart) -> None:
        area, unit = self._area(chart), self._unit()
        values = chart.series[0].values
        most = ceiling(values, chart.unit)
        metrics = self.fontMetrics()
        for place, (name, value) in enumerate(zip(chart.categories, values, strict=True)):
            slot = self._slot(place)
            room = QRectF(0, slot.top(), area.left() - unit * 0.5, slot.height())
            fitting = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, _RIGHT, fitting)
            long = area.width() * float(value or 0) / float(most)
            bar = QRectF(area.left(), slot.top() + slot.height() * 0.2, long, slot.height() * 0.6)
            if value:
                self._box(painter, bar, 0)
            shown = "—" if value is None else short(value)
            beside = QRectF(area.left() + long + 4, slot.top(), unit * 5, slot.height())
            painter.drawText(beside, _LEFT, shown)
        painter.drawLine(area.topLeft(), QPointF(area.left(), self._slot(len(values) - 1).bottom()))

    def _box(self, painter: QPainter, box: QRectF, pattern: int) -> None:
        painter.save()
        painter.setBrush(QBrush(painter.pen().color(), _PATTERNS[pattern % len(_PATTERNS)]))
        painter.drawRect(box)
        painter.restore()

    def _line(self) -> float:
        return float(self.fontMetrics().height())

    def _unit(self) -> float:
        return float(self.fontMetrics().horizontalAdvance("汉"))


def category_text(chart: Chart, place: int) -> str:
    """Return a category with its values in words, for the tip and for people who listen."""
    values = ((s.label, s.values[place]) for s in chart.series)
    parts = [f"{label} {'—' if value is None else short(value)}" for label, value in values]
    return f"{chart.categories[place]}：{'，'.join(parts)}"


def ceiling(values: Sequence[Decimal | int | None], unit: str) -> Decimal:
    """Return a round number at or above every value; per cent end at 100."""
    if unit == "%":
        return Decimal(100)
    most = max((Decimal(value or 0) for value in values), default=Decimal(0))
    power = Decimal(1)
    while True:
        for step in _STEPS:
            if most <= step * power:
                return step * power
        power *= 10


def short(value: Decimal | int) -> str:
    """Return a value without needless zeros."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
