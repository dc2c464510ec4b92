"""Checks of a report (核对, K1–K22): on our own tables and on what somebody else filled in.

A failing check is shown on the report itself, never hidden. Exact arithmetic; rounding to show.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from app.domain.statistics import year_figures as names
from app.domain.statistics.exact import half_up, share
from app.domain.statistics.year_figures import EMPTY, Figure, Figures, YearFigures

Number = int | Decimal
OTHER_SHARE_MAX = Decimal("0.20")  # other_share_max of the parameters, where there are none
SIZE_LIMITS, SIZE_USUAL = (1, 12), (2, 6)  # 人 per 户
UNITS = ("households", "persons")
_UNIT_WORDS = {"households": "户", "persons": "人"}


@dataclass(frozen=True, slots=True)
class ReportCheck:
    """One check. ``ok`` is None where data are missing; ``hint``: fine, but worth a look."""

    check: str
    name: str
    ok: bool | None
    left: Number | str | None
    right: Number | str | None
    difference: Number | None
    detail: str
    hint: bool = False

    @property
    def line(self) -> str:
        """Return what stands on the report."""
        mark = {True: "通过", False: "核对未通过", None: "无法核对"}[self.ok]
        return f"{self.check} {mark}　{self.detail}"


def equal(
    check: str, name: str, left: int, right: int, unit: str = "", terms: str = ""
) -> ReportCheck:
    """Return the check that two counts are equal; ``terms``: how the left one was added up."""
    difference = left - right
    sign = "=" if left == right else "≠"
    tail = "" if left == right else f"（差 {difference:+d}{unit}）"
    shown = f"{terms} = {left}" if terms and terms != str(left) else str(left)
    detail = f"{name}：{shown} {sign} {right}{tail}"
    return ReportCheck(check, name, left == right, left, right, difference, detail)


def unknown(check: str, name: str, missing: str, right: Number | None = None) -> ReportCheck:
    """Return a check that cannot be made, and why."""
    detail = f"{name}：无法核对：缺{missing}"
    return ReportCheck(check, name, None, None, right, None, detail)


def year_checks(
    figures: YearFigures, other_share_max: Decimal = OTHER_SHARE_MAX
) -> list[ReportCheck]:
    """Run K1–K14 and K19 in their order."""
    checks: list[Callable[[YearFigures], Iterable[ReportCheck]]] = [
        _causes,
        _types,
        _states,
        _reasons,
        lambda f: _other_share(f, other_share_max),
        _stock_equation,
        _monitoring_equation,
        _cleared_claim,
        _percentages,
        _household_sizes,
        _persons_at_least_households,
        _units,
        _full_cover,
        lambda f: cadences(f.claims),
    ]
    return [result for check in checks for result in check(figures)]


def _sum(check: str, what: str, figures: Figures, total: Figure, unit: str) -> ReportCheck:
    """Compare the sum of a breakdown with its total, in one unit."""
    word = _UNIT_WORDS[unit]
    name = f"{what}{word}数合计"
    right: int | None = getattr(total, unit)
    if not figures and right != 0:
        return unknown(check, name, f"{what}各行", right)
    empty = [row for row, figure in figures.items() if getattr(figure, unit) is None]
    if empty or right is None:
        return unknown(check, name, "、".join(empty) or f"合计{word}数", right)
    values: list[int] = [getattr(figure, unit) for figure in figures.values()]
    return equal(check, name, sum(values), right, word, "+".join(map(str, values)))


def _causes(figures: YearFigures) -> Iterator[ReportCheck]:
    """K1, K2."""
    yield _sum("K1", "风险原因", figures.by_cause, figures.total, "households")
    yield _sum("K2", "风险原因", figures.by_cause, figures.total, "persons")


def _types(figures: YearFigures) -> Iterator[ReportCheck]:
    """K3."""
    for unit in UNITS:
        yield _sum("K3", "对象类型", figures.by_type, figures.total, unit)


def _states(figures: YearFigures) -> Iterator[ReportCheck]:
    """K4."""
    for unit in UNITS:
        yield _sum("K4", "未消除与已消除", figures.by_state, figures.total, unit)


def _reasons(figures: YearFigures) -> Iterator[ReportCheck]:
    """K5."""
    cleared = figures.dynamics.get(names.CLEARED, EMPTY)
    for unit in UNITS:
        yield _sum("K5", "清退原因", figures.removed_by_reason, cleared, unit)


def _other_share(figures: YearFigures, limit: Decimal) -> Iterator[ReportCheck]:
    """K6: 其他 must not be where most of it is hidden."""
    name = "清退原因中“其他”占比"
    reasons = figures.removed_by_reason
    if not reasons:
        if figures.dynamics.get(names.CLEARED, EMPTY).households == 0:
            yield ReportCheck("K6", name, True, None, None, None, f"{name}：没有清退")
        else:
            yield unknown("K6", name, "清退原因各行")
        return
    other = reasons.get(names.OTHER, Figure(0, 0)).households
    counts = [figure.households for figure in reasons.values()]
    known = [count for count in counts if count is not None]
    if other is None or len(known) < len(counts):
        yield unknown("K6", name, "清退原因的户数")
        return
    yield _share_check(name, other, sum(known), limit)


def _share_check(name: str, other: int, base: int, limit: Decimal) -> ReportCheck:
    percent = share(other, base)
    most = half_up(Fraction(limit) * 100)
    ok = percent is None or Fraction(other, base) <= Fraction(limit)
    shown = "—" if percent is None else f"{percent}%"
    sign = "≤" if ok else ">"
    detail = f"{name}：{other}/{base} = {shown} {sign} {plain(most)}%"
    gap = None if percent is None else percent - most
    return ReportCheck("K6", name, ok, percent, most, gap, detail)


def _stock_equation(figures: YearFigures) -> Iterator[ReportCheck]:
    """K7: 期初 + 新识别 − 清退 − 整户消亡 = 期末; for 人 the natural changes too.

    A mid-year count as the start leaves open whether the year's new ones were in it already:
    both variants are told.
    """
    dynamics = figures.dynamics
    given = [start for start in (names.OPENING, names.MIDYEAR) if start in dynamics]
    if not given:
        yield unknown("K7", "存量等式", names.OPENING, figures.total.households)
    for start in given:
        variants = (True,) if start == names.OPENING else (False, True)
        for with_new in variants:
            for unit in UNITS:
                yield _stock_variant(figures, start, with_new, unit)


def _stock_variant(figures: YearFigures, start: str, with_new: bool, unit: str) -> ReportCheck:
    word = _UNIT_WORDS[unit]
    variant = ""
    if start == names.MIDYEAR:
        variant = "（新识别在期中之后）" if with_new else "（新识别已在期中数内）"
    name = f"存量等式{word}{variant}"
    flows = [(names.NEW, 1)] if with_new else []
    flows += [(names.CLEARED, -1), (names.EXTINCT, -1)]
    if unit == "persons":
        flows += [(names.INCREASE, 1), (names.DECREASE, -1)]
    return _balance("K7", name, figures.dynamics, (start, flows), figures.total, unit)


def _balance(
    check: str,
    name: str,
    dynamics: Figures,
    equation: tuple[str, list[tuple[str, int]]],
    end: Figure,
    unit: str,
) -> ReportCheck:
    """Return whether start plus flows is the end; flows that were not given count nothing."""
    start, flows = equation
    opening: int | None = getattr(dynamics.get(start, EMPTY), unit)
    closing: int | None = getattr(end, unit)
    if opening is None or closing is None:
        return unknown(check, name, start if opening is None else "期末数", closing)
    left, terms, absent = opening, str(opening), []
    for flow, sign in flows:
        amount: int | None = getattr(dynamics.get(flow, EMPTY), unit)
        if amount is None:
            absent.append(flow)
        else:
            left += sign * amount
            terms += f"{'+' if sign > 0 else '−'}{amount}"
    found = equal(check, name, left, closing, _UNIT_WORDS[unit], terms)
    note = f"，未填：{'、'.join(absent)}" if absent and not found.ok else ""
    return replace(found, detail=found.detail + note)


def _monitoring_equation(figures: YearFigures) -> Iterator[ReportCheck]:
    """K8: the same for 未消除, in 户 (persons move with natural changes that nobody splits)."""
    name = "未消除等式"
    dynamics = figures.dynamics
    end = figures.by_state.get(names.MONITORING, EMPTY)
    if dynamics.get(names.OPENING_MONITORING, EMPTY).households is None:
        yield unknown("K8", name, names.OPENING_MONITORING, end.households)
        return
    for part, whole in (
        (names.CLEARED_MONITORING, names.CLEARED),
        (names.EXTINCT_MONITORING, names.EXTINCT),
    ):
        moved = dynamics.get(whole, EMPTY).households
        if moved and dynamics.get(part, EMPTY).households is None:
            yield unknown("K8", name, part, end.households)
            return
    flows = [
        (names.NEW, 1),
        (names.AGAIN, 1),
        (names.ROLLED_BACK, 1),
        (names.RISK_REMOVED, -1),
        (names.CLEARED_MONITORING, -1),
        (names.EXTINCT_MONITORING, -1),
    ]
    equation = (names.OPENING_MONITORING, flows)
    yield _balance("K8", name, dynamics, equation, end, "households")


_CLEARED = re.compile(r"清零|全部消除|全面消除|均已消除|动态清零|无风险")


def _cleared_claim(figures: YearFigures) -> Iterator[ReportCheck]:
    """K9: whoever writes 清零 must have nobody left."""
    claims = [claim for claim in figures.claims if _CLEARED.search(claim)]
    name = "“风险清零”的说法"
    left = figures.by_state.get(names.MONITORING, EMPTY)
    if not claims:
        detail = f"{name}：没有这样写"
        yield ReportCheck("K9", name, True, left.households, None, None, detail)
        return
    for claim in claims:
        if left.households is None:
            yield unknown("K9", name, "未消除户数", 0)
            continue
        is_true = left.households == 0 and not left.persons
        rest = "未消除为0" if is_true else f"仍有{left.text}未消除"
        detail = f"写了“{claim}”，{rest}"
        yield ReportCheck("K9", name, is_true, left.households, 0, left.households, detail)


def _percentages(figures: YearFigures) -> Iterator[ReportCheck]:
    """K10: percentages as printed against households ÷ stock, half up."""
    base = figures.total.households
    if base == 0 and not any(measure.households for measure in figures.measures.values()):
        words = "措施覆盖占比：存量为0，不算占比"
        yield ReportCheck("K10", "措施覆盖占比", True, None, None, None, words)
        return
    for kind, measure in figures.measures.items():
        name = f"措施覆盖占比·{kind}"
        if measure.households is None or base is None:
            yield unknown("K10", name, "户数" if base is not None else "存量户数")
            continue
        yield _percentage(name, kind, measure, base)


def _percentage(name: str, kind: str, measure: names.MeasureFigure, base: int) -> ReportCheck:
    households, given = measure.households or 0, measure.percent
    exact = share(households, base)
    if exact is None:
        return unknown("K10", name, "存量（为0，不能算占比）")
    whole = share(households, base, 0)
    if given is None:
        detail = f"{kind}：未填占比，算得 {households}/{base} = {exact}%"
        return ReportCheck("K10", name, None, None, exact, None, detail)
    decimals = max(0, -int(given.normalize().as_tuple().exponent))
    ok = given == half_up(Fraction(households * 100, base), decimals)
    sign = "=" if ok else "≠"
    detail = f"{kind}：填 {plain(given)}% {sign} {households}/{base} = {exact}%（取整 {whole}%）"
    return ReportCheck("K10", name, ok, given, exact, given - exact, detail)


def _household_sizes(figures: YearFigures) -> Iterator[ReportCheck]:
    """K11: persons per household."""
    for row, figure in figures.cells():
        if not figure.households or figure.persons is None:
            continue
        size = Fraction(figure.persons, figure.households)
        shown = half_up(size)
        ok = SIZE_LIMITS[0] <= size <= SIZE_LIMITS[1]
        usual = SIZE_USUAL[0] <= size <= SIZE_USUAL[1]
        note = "" if usual else "，提示：每户人数少见"
        detail = f"{row}：{figure.persons}/{figure.households} = {shown}人/户{note}"
        limits = f"{SIZE_LIMITS[0]}–{SIZE_LIMITS[1]}"
        yield ReportCheck("K11", f"户均人数·{row}", ok, shown, limits, None, detail, not usual)


def _persons_at_least_households(figures: YearFigures) -> Iterator[ReportCheck]:
    """K12."""
    broken = [
        (row, figure)
        for row, figure in figures.cells()
        if figure.households is not None
        and figure.persons is not None
        and (
            figure.persons < figure.households or (figure.households == 0) != (figure.persons == 0)
        )
    ]
    name = "人数不少于户数"
    if not broken:
        yield ReportCheck("K12", name, True, None, None, None, f"{name}：各格都符合")
    for row, figure in broken:
        households, persons = figure.households or 0, figure.persons or 0
        detail = f"{row}：{households}户、{persons}人，对不上"
        yield ReportCheck("K12", name, False, persons, households, persons - households, detail)


def _units(figures: YearFigures) -> Iterator[ReportCheck]:
    """K13: both figures must carry their unit."""
    cells = dict(figures.cells())
    broken = False
    for row, written in figures.units.items():
        figure = next((f for name, f in cells.items() if name.endswith(f"·{row}")), EMPTY)
        for word, value in (("户", figure.households), ("人", figure.persons)):
            if value is not None and word not in written:
                broken = True
                text = as_written(figure, written)
                detail = f"{row}：缺单位“{word}”（写作“{text}”）"
                yield ReportCheck("K13", "单位", False, text, figure.text, None, detail)
    if not broken:
        yield ReportCheck("K13", "单位", True, None, None, None, "单位：户、人齐全")


def as_written(figure: Figure, written: str) -> str:
    """Return a figure with the units that stand in the text, such as ``81户321``."""
    parts = (("户", figure.households), ("人", figure.persons))
    return "".join(
        f"{value}{word if word in written else ''}" for word, value in parts if value is not None
    )


_COVER = re.compile(r"全覆盖\D{0,6}(\d+)\s*户|(\d+)\s*户\D{0,12}全覆盖")


def _full_cover(figures: YearFigures) -> Iterator[ReportCheck]:
    """K14: “全覆盖 n户” is the number of living cases with a measure (as stated without one)."""
    name = "措施全覆盖"
    covered = figures.total.households
    without = figures.measures.get(names.WITHOUT_MEASURE)
    if covered is not None and without is not None and without.households is not None:
        covered -= without.households
    for claim in figures.claims:
        found = _COVER.search(claim)
        if found is None:
            continue
        stated = int(found[1] or found[2])
        if covered is None:
            yield unknown("K14", name, "存量户数")
        else:
            yield equal("K14", f"{name}（“{claim}”）", stated, covered, "户")


_RHYTHMS = (  # words → one rhythm; the first that fits
    (r"双月|两个?月一|每两个?月|隔月", "双月"),
    (r"半月|每半月|月二|一月两|每月两", "半月"),
    (r"季度|按季|每季|一季", "季"),
    (r"每周|按周|一周|周例", "周"),
    (r"按月|每月|一月一|月调度|逐月|月月", "月"),
    (r"半年", "半年"),
    (r"每年|一年一|年度", "年"),
)
_ACTIVITIES = ("调度", "通报", "排查", "核查", "督导", "例会", "研判", "走访", "入户")


def cadences(claims: Iterable[str]) -> Iterator[ReportCheck]:
    """K19: the same activity with two rhythms in one document."""
    stated: dict[str, dict[str, str]] = defaultdict(dict)
    for claim in claims:
        for clause in re.split(r"[，,、；;。]", claim):
            rhythm = next((word for pattern, word in _RHYTHMS if re.search(pattern, clause)), "")
            for activity in _ACTIVITIES:
                if rhythm and activity in clause:
                    stated[activity].setdefault(rhythm, clause)
    yield from _contradictions(stated)


def _contradictions(stated: Mapping[str, Mapping[str, str]]) -> Iterator[ReportCheck]:
    broken = False
    for activity, rhythms in stated.items():
        if len(rhythms) > 1:
            broken = True
            first, second = list(rhythms.values())[:2]
            name = f"频次·{activity}"
            detail = f"提示：两处频次不一致（“{first}”与“{second}”）"
            yield ReportCheck("K19", name, False, first, second, None, detail)
    if not broken:
        yield ReportCheck("K19", "频次", True, None, None, None, "频次：没有互相矛盾的写法")


def plain(number: Decimal) -> str:
    """Return a number without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
