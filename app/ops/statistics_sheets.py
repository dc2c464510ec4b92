"""Months of households → records: of a closed month as it was frozen, of an open one as it is."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.domain.household import Facts, Member
from app.domain.labels import SEVERITY_RANK
from app.domain.one_over_six import one_over_six
from app.domain.period import Period
from app.domain.statistics import records as plain
from app.domain.statistics.context import Window
from app.domain.view import HouseholdView
from app.models import form
from app.models.base import natural_id
from app.ops.statistics_policy import policy_of

_SCORE_REACH = 12  # months back that an answer about electricity and television stands
_SCORE_ANSWERS = ("LV-01", "LV-02")
_SCORE_SPECIALS = ("ED-01", "MD-01", "MD-02", "HS-01", "WT-01", "WT-02", "WT-03", "WT-04")
_WAY = "BF-03"
_SOMEBODY = Member(id="1", number=1, name="")
_FROZEN = text(r"""
    SELECT household_id, scope, period, max(version),
        json_extract(content, '$.is_submitted'),
        json_extract(content, '$.unvisited_reason'),
        json_extract(content, '$.per_capita'),
        (SELECT json_group_object(key, value) FROM json_each(content, '$.answers')
         WHERE substr(key, 1, 5) IN ('BF-03', 'LV-01', 'LV-02')
            OR (value LIKE '\_%' ESCAPE '\' AND substr(key, 1, 5) IN
                ('ED-01', 'MD-01', 'MD-02', 'HS-01', 'WT-01', 'WT-02', 'WT-03', 'WT-04'))),
        (SELECT json_group_array(json_array(json_extract(value, '$.code'),
            json_extract(value, '$.severity'))) FROM json_each(content, '$.findings'))
    FROM month_snapshot
    WHERE scope >= :area AND scope < :beyond AND period >= :first AND period <= :last
    GROUP BY household_id, period
""")  # the columns beside max() are those of its row


class _Month(NamedTuple):
    """One household's month, open or frozen."""

    household_id: str
    scope: str
    period: str
    is_submitted: bool
    reason: str
    per_capita: str | None
    codes: tuple[str, ...]
    levels: Mapping[str, str]
    answers: Mapping[tuple[str, str], str]
    sheet_id: str


class Sheets:
    """The months of an area's households up to the end of a window."""

    def __init__(self, session: Session, area: str, window: Window) -> None:
        self.session, self.area = session, area
        self.first, self.last = Period.of(window.start), Period.of(window.end)
        self.reach = min(self.first, self.last.plus(1 - _SCORE_REACH))

    def records(self, helped: set[tuple[str, str]]) -> tuple[plain.SheetRecord, ...]:
        """Return the sheets of the window's months.

        ``helped``: household and month in which 帮扶责任人 was on the spot.
        """
        first = str(self.first)
        return tuple(
            plain.SheetRecord(
                month.household_id,
                month.scope,
                month.period,
                month.is_submitted,
                month.answers.get((_WAY, ""), ""),
                month.reason,
                (month.household_id, month.period) in helped,
                month.codes,
                month.sheet_id,
                month.levels,
            )
            for month in self._months
            if month.period >= first
        )

    def incomes(self) -> dict[str, Decimal]:
        """Return household id → per-capita income of the newest month that has one."""
        table = form.Sheet
        older = self.session.execute(
            select(table.household_id, table.per_capita)
            .where(table.scope.startswith(self.area), table.per_capita.is_not(None))
            .where(table.period < str(self.reach))
            .order_by(table.period)
        )
        found = {home: Decimal(income) for home, income in older if income is not None}
        newer = (m for m in sorted(self._months, key=lambda m: m.period) if m.per_capita)
        return found | {m.household_id: Decimal(m.per_capita or 0) for m in newer}

    def scores(self, yearly: Mapping[str, Decimal]) -> dict[str, Mapping[str, bool]]:
        """Return household id → 一超六有 of its newest month handed in.

        ``yearly``: the year's income, for a month without twelve full ones, as the plan shows it.
        """
        first = str(self.last.plus(1 - _SCORE_REACH))
        newest: dict[str, _Month] = {}
        standing: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        for month in sorted(self._months, key=lambda m: m.period):
            if month.period < first:
                continue
            lasting = {k: v for k, v in month.answers.items() if k[0] in _SCORE_ANSWERS}
            standing[month.household_id] |= lasting
            if month.is_submitted:
                newest[month.household_id] = month
        return {
            home: self._score(month, standing[home], yearly.get(home))
            for home, month in newest.items()
        }

    def _score(
        self, month: _Month, standing: Mapping[tuple[str, str], str], yearly: Decimal | None
    ) -> Mapping[str, bool]:
        period = Period.parse(month.period)
        specials = {k: v for k, v in month.answers.items() if k[0] in _SCORE_SPECIALS}
        income = yearly if month.per_capita is None else Decimal(month.per_capita)
        facts = Facts(
            period,
            period.last_day,
            members=(_SOMEBODY,),
            annual_per_capita=income,
            answers={**specials, **standing},
        )
        policy = policy_of(self.session, period, month.scope)
        return one_over_six(HouseholdView(facts, policy), list(month.codes) or [""])

    @cached_property
    def _months(self) -> list[_Month]:
        """The months in reach, by village, month and household; frozen ones stay as they were."""
        frozen = list(self._frozen())
        closed = {(month.scope, month.period) for month in frozen}
        living = [m for m in self._living() if (m.scope, m.period) not in closed]
        return sorted([*frozen, *living], key=lambda m: (m.scope, m.period, m.household_id))

    def _frozen(self) -> Iterator[_Month]:
        span = {"first": str(self.reach), "last": str(self.last)}
        area = {"area": self.area, "beyond": f"{self.area}~"}
        for row in self.session.execute(_FROZEN, span | area):
            home, scope, period, _version, submitted, reason, income, given, findings = row
            is_submitted = not reason if submitted is None else bool(submitted)
            levels: dict[str, str] = {}
            for code, severity in json.loads(findings) if is_submitted else ():
                levels[code] = max(
                    severity, levels.get(code, "none"), key=SEVERITY_RANK.__getitem__
                )
            answers = {_key(name): value for name, value in json.loads(given).items() if value}
            yield _Month(
                home, scope, period, is_submitted, reason or "", income, tuple(levels), levels,
                answers, natural_id("sheet", home, period),
            )  # fmt: skip

    def _living(self) -> Iterable[_Month]:
        table = form.Sheet
        answers = self._answers()
        query = (
            select(
                table.household_id, table.scope, table.period, table.submitted_on,
                table.unvisited_reason, table.per_capita, table.shortfall_codes, table.id,
            )
            .where(table.scope.startswith(self.area))
            .where(table.period >= str(self.reach), table.period <= str(self.last))
        )  # fmt: skip
        for home, scope, period, submitted, reason, income, codes, sheet_id in self.session.execute(
            query
        ):
            yield _Month(
                home, scope, period, submitted is not None, reason or "", income,
                tuple(filter(None, codes.split(","))), {}, answers.get(sheet_id, {}), sheet_id,
            )  # fmt: skip

    def _answers(self) -> dict[str, dict[tuple[str, str], str]]:
        """Return how a household was visited, its lasting answers, what nobody could say."""
        answer, sheet = form.Answer, form.Sheet
        query = (
            select(
                answer.sheet_id, answer.question, answer.member_id, func.coalesce(answer.value, "")
            )
            .join(sheet, sheet.id == answer.sheet_id)
            .where(answer.scope.startswith(self.area), answer.value.is_not(None))
            .where(sheet.period >= str(self.reach), sheet.period <= str(self.last))
            .where(
                answer.question.in_((_WAY, *_SCORE_ANSWERS))
                | (
                    answer.question.in_(_SCORE_SPECIALS)
                    & answer.value.startswith("\\_", escape="\\")
                )
            )
        )
        found: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        for sheet_id, question, member_id, value in self.session.execute(query):
            found[sheet_id][question, member_id] = value
        return found


def _key(name: str) -> tuple[str, str]:
    question, _, member_id = name.partition("/")
    return question, member_id
