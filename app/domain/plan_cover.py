"""The cover of a village's plan sheets: how many households, people and measures lie below."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.labels import LABELS, label
from app.domain.plan import Edition, PlanSource

EDITION_LABELS = {Edition.ARCHIVE: "存档版", Edition.WALL: "上墙版"}
_OPEN = ("planned", "running")


@dataclass(frozen=True, slots=True)
class PlanCover:
    """What stands on the cover. ``groups``: heading and its counts (label, text)."""

    area: str
    title: str
    printed_on: date
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def plan_cover(sources: Sequence[PlanSource], edition: Edition) -> PlanCover:
    """Return the cover of some households' sheets.

    The village keeps it: of the wall edition too it counts, and names nobody.
    """
    first = sources[0]
    measures = [measure for source in sources for measure in source.measures]
    people = sum(len(source.present) for source in sources)
    kinds = Counter(source.household_kind for source in sources)
    categories = Counter(measure.category for measure in measures)
    states = Counter(measure.state for measure in measures)
    groups = Counter(source.hamlet_group for source in sources)
    objects = [s for s in sources if s.monitored and s.monitored.case_state == "monitoring"]
    totals = [
        ("共", f"{len(sources)}户{people}人"),
        *((label("household_kind", key), f"{kinds[key]}户") for key in LABELS["household_kind"]),
        ("未消除风险的监测对象", f"{len(objects)}户{sum(len(s.present) for s in objects)}人"),
        ("没有在办措施", f"{sum(not _has_open(source) for source in sources)}户"),
    ]
    return PlanCover(
        area=first.area,
        title=f"{first.year} 年“一户一策”帮扶计划表\n（{EDITION_LABELS[edition]}）",
        printed_on=first.printed_on,
        groups=(
            ("户", tuple(totals)),
            ("村民小组", tuple((name or "未分组", f"{n}户") for name, n in groups.items())),
            ("帮扶措施", _counts("measure_category", categories)),
            ("措施状态", _counts("measure_state", states)),
        ),
    )


def _has_open(source: PlanSource) -> bool:
    return any(measure.state in _OPEN for measure in source.measures)


def _counts(enum: str, counts: Counter[str]) -> tuple[tuple[str, str], ...]:
    found: Iterable[tuple[str, str]] = (
        (name, f"{counts[key]}条") for key, name in LABELS[enum].items() if counts[key]
    )
    return tuple(found) or (("没有", ""),)
