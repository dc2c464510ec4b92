"""A year's figures (户 and 人), from our own tables or from what somebody else filled in.

``None`` is “not given” everywhere and is never read as zero. Names of rows stay as written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from app.domain.household import NOTHING

MONITORING, REMOVED = "未消除", "已消除"
OPENING, MIDYEAR, CLOSING = "年初存量", "期中全面核实", "年末存量"
OPENING_MONITORING = "期初未消除"
NEW, AGAIN, RISK_REMOVED, ROLLED_BACK = "新识别", "再标注", "风险消除", "风险消除回退"
TYPE_CHANGED, CLEARED, EXTINCT = "类型变更", "识别不精准清退", "整户消亡"
CLEARED_MONITORING, EXTINCT_MONITORING = "清退中未消除", "消亡中未消除"
INCREASE, DECREASE = "自然增加", "自然减少"
WITHOUT_MEASURE = "无任何措施"
OTHER = "其他"


class Figure(NamedTuple):
    """One cell: 户 and 人; None where it was not given."""

    households: int | None = None
    persons: int | None = None

    @property
    def text(self) -> str:
        """Return ``614户2470人``; what is not given is left out."""
        households = "" if self.households is None else f"{self.households}户"
        return households + ("" if self.persons is None else f"{self.persons}人")


Figures = Mapping[str, Figure]
EMPTY = Figure()


@dataclass(frozen=True, slots=True)
class MeasureFigure:
    """Households with a kind of measure, and the percentage as printed (None: none was given)."""

    households: int | None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The rows of T1–T3, T5, T8, T9 and T21 that the checks look at.

    Attributes:
        units: row → the units that stand in the text, such as 户 where “人” was forgotten.
        claims: sentences of the report that a figure must bear out.
    """

    area: str = ""
    period: str = ""
    total: Figure = EMPTY
    by_state: Figures = field(default_factory=lambda: NOTHING)
    by_type: Figures = field(default_factory=lambda: NOTHING)
    by_cause: Figures = field(default_factory=lambda: NOTHING)
    dynamics: Figures = field(default_factory=lambda: NOTHING)
    removed_by_reason: Figures = field(default_factory=lambda: NOTHING)
    measures: Mapping[str, MeasureFigure] = field(default_factory=lambda: NOTHING)
    survey: Figures = field(default_factory=lambda: NOTHING)
    units: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    claims: tuple[str, ...] = ()

    def cells(self) -> Iterable[tuple[str, Figure]]:
        """Yield every cell with a name that says where it stands."""
        yield "存量合计", self.total
        for heading, figures in (
            ("状态", self.by_state),
            ("类型", self.by_type),
            ("原因", self.by_cause),
            ("动态", self.dynamics),
            ("清退原因", self.removed_by_reason),
            ("排查", self.survey),
        ):
            for name, figure in figures.items():
                yield f"{heading}·{name}", figure
