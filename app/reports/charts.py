"""Charts on paper: black on white only, told apart by pattern and by the figure beside each bar."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reportlab.lib.units import mm

from app.domain.statistics.charts import BARS, Chart
from app.reports.fonts import BOLD, HEADING
from app.reports.pages import THIN, draw_text, text_width

HEIGHT = 74 * mm
_TITLE, _TEXT = 11, 8.5
_TITLE_ROOM, _AXIS_ROOM, _TOP_ROOM = 9 * mm, 8 * mm, 7 * mm
_LEFT_ROOM, _LABEL_ROOM = 12 * mm, 42 * mm
_HATCH = 2.6  # points between the lines of a pattern
HATCHED, SOLID, EMPTY = range(3)  # as on the screen


def draw(chart: Chart, canvas: Any, left: float, top: float, width: float) -> None:
    """Draw a chart with its upper left corner at (left, top)."""
    canvas.setLineWidth(THIN)
    title = f"{chart.title}（{chart.unit}）"
    draw_text(canvas, (left, top - _TITLE), title, BOLD, _TITLE)
    if len(chart.series) > 1:
        _legend(chart, canvas, left + width, top - _TITLE)
    if chart.note:
        draw_text(canvas, (left, top - HEIGHT + 2), chart.note, HEADING, _TEXT)
    if not any(value for series in chart.series for value in series.values):
        draw_text(canvas, (left + width / 2, top - HEIGHT / 2), "没有数据", HEADING, 11, "center")
        return
    if chart.shape == BARS:
        _bars(chart, canvas, left, top - _TITLE_ROOM, width)
    else:
        _columns(chart, canvas, left, top - _TITLE_ROOM, width)


def height(chart: Chart) -> float:
    """Return the points that a chart needs: lying bars need a line each."""
    if chart.shape == BARS:
        return float(max(HEIGHT, _TITLE_ROOM + len(chart.categories) * 6 * mm + _AXIS_ROOM))
    return float(HEIGHT)


def _legend(chart: Chart, canvas: Any, right: float, y: float) -> None:
    x = right
    for place in range(len(chart.series) - 1, -1, -1):
        label = chart.series[place].label
        x -= text_width(label, HEADING, _TEXT)
        draw_text(canvas, (x, y), label, HEADING, _TEXT)
        x -= 12
        _box(canvas, (x, y - 1), (9, 8), place)
        x -= 8


def _columns(chart: Chart, canvas: Any, left: float, top: float, width: float) -> None:
    most = _ceiling([value for series in chart.series for value in series.values], chart.unit)
    base = top - HEIGHT + _TITLE_ROOM + _AXIS_ROOM + (4 * mm if chart.note else 0)
    tall = top - base - _TOP_ROOM
    x0 = left + _LEFT_ROOM
    room = (width - _LEFT_ROOM) / len(chart.categories)
    bar = min(room * 0.8 / len(chart.series), 12 * mm)
    canvas.line(x0, base, left + width, base)
    canvas.line(x0, base, x0, base + tall)
    for step in range(5):
        y = base + tall * step / 4
        canvas.line(x0 - 2, y, x0, y)
        label = _short(most * step / 4)
        draw_text(canvas, (x0 - 4, y - 3), label, HEADING, _TEXT, "right")
    for place, name in enumerate(chart.categories):
        middle = x0 + room * (place + 0.5)
        draw_text(canvas, (middle, base - 11), name, HEADING, _TEXT, "center")
        start = middle - bar * len(chart.series) / 2
        for number, series in enumerate(chart.series):
            value = series.values[place]
            high = float(tall) * float(value or 0) / float(most)
            x = start + bar * number
            if value:
                _box(canvas, (x, base), (bar * 0.86, high), number)
            at = (x + bar * 0.43, base + high + 2)
            size = 6.5 if len(chart.series) > 1 else _TEXT
            shown = "—" if value is None else _short(value)
            draw_text(canvas, at, shown, HEADING, size, "center")


def _bars(chart: Chart, canvas: Any, left: float, top: float, width: float) -> None:
    values = chart.series[0].values
    most = _ceiling(values, chart.unit)
    room = (height(chart) - _TITLE_ROOM - _AXIS_ROOM) / len(chart.categories)
    room = min(room, 9 * mm)
    x0 = left + _LABEL_ROOM
    wide = width - _LABEL_ROOM - 18 * mm
    canvas.line(x0, top, x0, top - room * len(chart.categories))
    for place, (name, value) in enumerate(zip(chart.categories, values, strict=True)):
        middle = top - room * (place + 0.5)
        label = _fitting(name, _LABEL_ROOM - 3 * mm)
        draw_text(canvas, (x0 - 4, middle - 3), label, HEADING, _TEXT, "right")
        long = float(wide) * float(value or 0) / float(most)
        if value:
            _box(canvas, (x0, middle - room * 0.3), (long, room * 0.6), HATCHED)
        shown = "—" if value is None else _short(value)
        draw_text(canvas, (x0 + long + 4, middle - 3), shown, HEADING, _TEXT)


def _fitting(text: str, room: float) -> str:
    while text and text_width(text, HEADING, _TEXT) > room:
        text = text[:-2] + "…"
    return text


def _box(canvas: Any, at: tuple[float, float], size: tuple[float, float], pattern: int) -> None:
    """Draw a bar: black, white or hatched, always with an outline."""
    (x, y), (wide, high) = at, size
    if pattern == SOLID:
        canvas.setFillGray(0)
        canvas.rect(x, y, wide, high, stroke=1, fill=1)
        return
    if pattern == HATCHED and wide > 0 and high > 0:
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(x, y, wide, high)
        canvas.clipPath(path, stroke=0, fill=0)
        count = int((wide + high) / _HATCH) + 1
        canvas.lines([(x + n * _HATCH - high, y, x + n * _HATCH, y + high) for n in range(count)])
        canvas.restoreState()
    canvas.rect(x, y, wide, high, stroke=1, fill=0)


def _ceiling(values: Sequence[Decimal | int | None], unit: str) -> Decimal:
    """Return a round number at or above every value; per cent end at 100."""
    if unit == "%":
        return Decimal(100)
    most = max(Decimal(value or 0) for value in values)
    step = Decimal(4)
    while True:
        for factor in (1, 2, 3, 5):
            if most <= step * factor:
                return step * factor
        step *= 10


def _short(value: Decimal | int) -> str:
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
