"""The income worksheet (收入明细): lines by source and person, and what the amounts make of them.

An amount of the form is never less than its lines; what it says beyond them is its rest, not
broken down. IN-01 also holds each person's wage (EM-04); IN-07 is the 低保 line of IN-04.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.household import ZERO, AnswerKey, Answers, AnswerValue
from app.domain.period import Period
from app.domain.prefill import MONTHS, IncomeSource
from app.domain.reader import TableReader
from app.domain.words import money

LineKey = tuple[str, str]  # (source, member id), "" for the household
Lines = Mapping[LineKey, Decimal]

WAGES, DIBAO = "IN-01", "IN-07"
EACH_WAGE = "EM-04"
DIBAO_LINE: LineKey = ("dibao", "")
REST_LABEL = "未分项"


@dataclass(frozen=True, slots=True)
class Source:
    """One source of an amount. ``is_fixed``: carries last month's amount."""

    key: str
    label: str
    question: str
    is_personal: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The sources in their order, and from what on a change is pointed at."""

    sources: tuple[Source, ...]
    jump_ratio: Decimal
    jump_amount: Decimal

    def of(self, question: str) -> tuple[Source, ...]:
        """Return the sources of an amount; the 低保 amount has the one line."""
        if question == DIBAO:
            return tuple(s for s in self.sources if s.key == DIBAO_LINE[0])
        return tuple(source for source in self.sources if source.question == question)

    def source(self, key: str) -> Source | None:
        """Return a source, None for one that nobody knows."""
        return next((source for source in self.sources if source.key == key), None)

    @property
    def questions(self) -> tuple[str, ...]:
        """The amounts that have a worksheet."""
        return tuple(dict.fromkeys((*(s.question for s in self.sources), DIBAO)))


def parse_worksheet(data: Mapping[str, Any], file: str) -> Worksheet:
    """Return the worksheet of a catalogue file.

    Raises:
        CatalogueError: names the file, the source and the reason.
    """
    top = TableReader(data, file, "表头")
    top.text("valid_from")
    ratio, amount = top.decimal("jump_ratio"), top.decimal("jump_amount")
    sources = []
    for table in top.tables("sources", lambda t: str(t.get("key"))):
        who = table.one_of("who", ("member", "household"))
        key, label, question = table.text("key"), table.text("label"), table.text("question")
        sources.append(Source(key, label, question, who == "member", table.flag("is_fixed")))
        table.finish()
    if ratio is None or amount is None:
        top.fail("缺少 jump_ratio、jump_amount")
    top.finish()
    if len({source.key for source in sources}) != len(sources):
        top.fail("来源重复")
    return Worksheet(tuple(sources), ratio, amount)


def wages(answers: Answers, asked: Iterable[AnswerKey]) -> Decimal:
    """Return the sum of the wages given for those who are asked for one this month."""
    found = (answers.get(key) for key in asked if key[0] == EACH_WAGE)
    return sum((value for value in found if isinstance(value, Decimal)), ZERO)


def explained(worksheet: Worksheet, question: str, lines: Lines, wage: Decimal) -> Decimal:
    """Return what the lines of an amount come to; ``wage``: the wages of all persons."""
    keys = {source.key for source in worksheet.of(question)}
    total = sum((amount for key, amount in lines.items() if key[0] in keys), ZERO)
    return total + wage if question == WAGES else total


def settled(answer: AnswerValue | None, was: Decimal, now: Decimal) -> Decimal | None:
    """Return an amount after its lines came to ``now`` instead of ``was``; None: unchanged.

    More lines first use up what was not broken down; only then does the amount grow.
    """
    if not isinstance(answer, Decimal) or was == now:
        return None
    rest = max(answer - was, ZERO)
    new = now + max(rest - max(now - was, ZERO), ZERO)
    return None if new == answer else new


@dataclass(frozen=True, slots=True)
class Amounts:
    """A month's amounts with their lines. ``wage``: the sum of all persons' wages."""

    answers: Answers
    lines: Lines
    wage: Decimal = ZERO


def enter(
    worksheet: Worksheet, before: Amounts, values: Answers, wage: Decimal, carried: Lines
) -> tuple[dict[str, Decimal], dict[LineKey, Decimal]]:
    """Return what amounts typed as a whole make of the others: (amounts, lines) that change.

    ``values``: the new answers; ``wage``: the wages with them; ``carried``: the lines offered. An
    amount that is what was offered takes the lines with it, so that they carry on.

    Raises:
        ValueError: an amount below its lines; the text is Chinese.
    """
    lines = dict(before.lines)
    dibao = values.get((DIBAO, ""))
    if isinstance(dibao, Decimal) and (dibao or DIBAO_LINE in lines):
        lines[DIBAO_LINE] = dibao
    for question in worksheet.questions:
        value = values.get((question, ""))
        if isinstance(value, Decimal) and question != DIBAO:
            keys = {source.key for source in worksheet.of(question)}
            whole = {**{k: v for k, v in carried.items() if k[0] in keys}, **lines}
            if explained(worksheet, question, whole, wage) == value:
                lines = whole
            _check_whole(value, explained(worksheet, question, lines, wage))
    after = Amounts(before.answers, lines, wage)
    changed = moved(worksheet, before, after)
    new = {q: v for q, v in changed.items() if (q, "") not in values}
    return new, {k: v for k, v in lines.items() if before.lines.get(k) != v}


def _check_whole(value: Decimal, least: Decimal) -> None:
    if value < least:
        raise ValueError(f"少于明细合计{money(least)}元，请改明细")


def moved(worksheet: Worksheet, before: Amounts, after: Amounts) -> dict[str, Decimal]:
    """Return the given amounts that change because their lines or wages do."""
    found: dict[str, Decimal] = {}
    for question in worksheet.questions:
        was = explained(worksheet, question, before.lines, before.wage)
        now = explained(worksheet, question, after.lines, after.wage)
        new = settled(before.answers.get((question, "")), was, now)
        if new is not None:
            found[question] = new
    return found


def broken_down(
    worksheet: Worksheet, before: Amounts, changes: Mapping[LineKey, Decimal | None]
) -> dict[str, Decimal | None]:
    """Return the amounts that change when lines do; None: the amount has no line any more.

    An amount that nobody has given yet is given by its lines, but for the wages: those count
    only once each person's is known.
    """
    lines = {k: v for k, v in {**before.lines, **changes}.items() if v is not None}
    after = Amounts(before.answers, lines, before.wage)
    found: dict[str, Decimal | None] = dict(moved(worksheet, before, after))
    for question in worksheet.questions:
        keys = {source.key for source in worksheet.of(question)}
        if question == WAGES or not any(key[0] in keys for key in changes):
            continue
        is_given = isinstance(before.answers.get((question, "")), Decimal)
        now = explained(worksheet, question, lines, ZERO)
        if not has_lines(worksheet, question, lines):
            if is_given and not found.get(question, now):
                found[question] = None
        elif not is_given or question == DIBAO:
            found[question] = now
    return found


def has_lines(worksheet: Worksheet, question: str, lines: Lines) -> bool:
    """Tell whether an amount is broken down this month."""
    keys = {source.key for source in worksheet.of(question)}
    return any(key[0] in keys for key in lines)


def offered(
    worksheet: Worksheet, period: Period, months: Mapping[Period, Lines]
) -> dict[LineKey, Decimal]:
    """Return the lines to show in grey: fixed sources carry last month's amount.

    Any other source that the worksheet has had carries 0, if it brought nothing in twelve months.
    """
    window = _window(period, months)
    last = window[0] if window else {}
    shown = {
        key: amount
        for key, amount in last.items()
        if (source := worksheet.source(key[0])) is not None and source.is_fixed
    }
    if len(window) == MONTHS:
        for key in {key for lines in window for key in lines} - shown.keys():
            if not any(lines.get(key) for lines in window) and worksheet.source(key[0]):
                shown[key] = ZERO
    return shown


def sources_of(
    worksheet: Worksheet,
    period: Period,
    months: Mapping[Period, Lines],
    answers: Mapping[Period, Answers],
) -> dict[str, tuple[IncomeSource, ...]]:
    """Return amount → its sources as prefilling sees them, of amounts with lines in the window.

    What was not broken down counts as a source that does not carry.
    """
    window = _window(period, months)
    found: dict[str, tuple[IncomeSource, ...]] = {}
    for question in worksheet.questions:
        keys = {source.key for source in worksheet.of(question)}
        used = {k for lines in window for k, amount in lines.items() if k[0] in keys and amount}
        if not used:
            continue
        sources = [_as_seen(worksheet, key, window) for key in sorted(used)]
        if question not in (WAGES, DIBAO):
            known = [month for month in answers if _reaches(period, month)]
            rests = (_rest(worksheet, question, months.get(m, {}), answers[m]) for m in known)
            if len(known) < MONTHS or any(rests):
                sources.append(IncomeSource(REST_LABEL, is_fixed=False, last_amount=None))
        found[question] = tuple(sources)
    return found


def _as_seen(worksheet: Worksheet, key: LineKey, window: list[Lines]) -> IncomeSource:
    source = worksheet.source(key[0])
    is_fixed = source is not None and source.is_fixed
    # A fixed source without a line last month has ended; others were not zero, so they ask.
    return IncomeSource(key[0], is_fixed=is_fixed, last_amount=window[0].get(key, ZERO))


def _rest(worksheet: Worksheet, question: str, lines: Lines, answers: Answers) -> Decimal:
    answer = answers.get((question, ""))
    if not isinstance(answer, Decimal):
        return ZERO
    return max(answer - explained(worksheet, question, lines, ZERO), ZERO)


def _window(period: Period, months: Mapping[Period, Lines]) -> list[Lines]:
    """Return the lines of the known months before, newest first, no further than twelve."""
    return [months[month] for month in sorted(months, reverse=True) if _reaches(period, month)]


def _reaches(period: Period, month: Period) -> bool:
    return period.plus(-MONTHS) <= month < period


@dataclass(frozen=True, slots=True)
class Jump:
    """An amount that is far from last month's: to be looked at, not a finding."""

    question: str
    before: Decimal
    now: Decimal


def jumps(
    worksheet: Worksheet, questions: Collection[str], last: Answers, now: Answers
) -> tuple[Jump, ...]:
    """Return the amounts that changed by more than the worksheet lets pass."""
    found = []
    for question in questions:
        before, after = last.get((question, "")), now.get((question, ""))
        if isinstance(before, Decimal) and isinstance(after, Decimal):
            change = abs(after - before)
            if change >= worksheet.jump_amount and change >= before * worksheet.jump_ratio:
                found.append(Jump(question, before, after))
    return tuple(found)
