"""Widths of columns: they fill the frame, and numbers stay whole as long as there is room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paths import RESOURCES
from app.reports import fonts
from app.reports.columns import fitted, good_of, least_of, width_of
from app.reports.fonts import BODY
from app.reports.text import Style

STYLE = Style(BODY, 12, 15)
WIDTHS = st.lists(st.floats(1, 500), min_size=1, max_size=9)


@given(WIDTHS, st.lists(st.floats(0.05, 1), min_size=9, max_size=9), st.floats(50, 600))
def test_widths_fill_the_frame_and_lie_between_what_is_wished_and_the_least(
    wished: list[float], shares: list[float], width: float
) -> None:
    least = [one * share for one, share in zip(wished, shares, strict=False)]
    found = fitted([wished, least], width)
    assert sum(found) == pytest.approx(width)
    if sum(least) <= width <= sum(wished):
        for low, one, high in zip(least, found, wished, strict=True):
            assert low - 1e-6 <= one <= high + 1e-6


def test_another_font_is_measured_anew() -> None:
    before = width_of("1,000.50", STYLE)
    try:
        fonts.use_own("body", RESOURCES / "fonts" / "NotoSansSC-Bold.ttf")
        assert width_of("1,000.50", STYLE) > before + 1
    finally:
        fonts.use_own("body", None)
    assert width_of("1,000.50", STYLE) == before


def test_a_number_a_date_and_a_name_are_wider_than_two_characters() -> None:
    assert least_of("1,000.50", STYLE) == width_of("1,000.50", STYLE)
    assert least_of("金额（元）", STYLE) == width_of("金额", STYLE)
    assert least_of("2025-03-01\n至2025-12-31", STYLE) == width_of("至2025-12-31", STYLE)
    assert good_of("周建国", STYLE) == width_of("周建国", STYLE) > least_of("周建国", STYLE)
    assert good_of("农业农村局", STYLE) == least_of("农业农村局", STYLE)
