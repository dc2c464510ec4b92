"""A household's sheet with everything around it: what is given, what rests, what is pre-filled.

The one place that puts rows, last month and records together; form, list, check and submission
all work on the same context.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import form, income_worksheet, prefill
from app.domain.form import FormDef, Visits
from app.domain.household import HEAD, AnswerKey, AnswerValue, Facts
from app.domain.income_worksheet import Amounts, LineKey
from app.domain.period import Period
from app.domain.policy import Policy
from app.models.base import natural_id
from app.models.facts import HouseholdMonth, Month, load_households
from app.models.form import Answer
from app.models.statements import Query, per_id, run
from app.ops import catalogue, policies, warnings
from app.ops.errors import UnknownHouseholdError
from app.ops.income_lines import LineBook
from app.ops.quiet import quiet_gc

ON_SITE = frozenset({"onsite", "onsite_family"})
_SEEN_REACH = 3  # months back that somebody's being on the spot counts (checklist _not_seen)


@dataclass(frozen=True)
class SheetContext:
    """One household in one month, with its form and policy."""

    loaded: HouseholdMonth
    form: FormDef
    policy: Policy
    book: LineBook

    @property
    def given(self) -> Facts:
        """The facts with the answers that somebody gave or confirmed."""
        return self.loaded.facts

    @property
    def head_name(self) -> str:
        """The head's name, else that of the first who is present."""
        present = [m for m in self.given.members if m.member_status == "present"]
        first = present[0].name if present else ""
        return next((m.name for m in present if m.relation == HEAD), first)

    @cached_property
    def last(self) -> dict[AnswerKey, AnswerValue]:
        """The newest answer to each question from the submitted months before."""
        found: dict[AnswerKey, AnswerValue] = {}
        for period in sorted(self.loaded.months):
            found |= self.loaded.months[period]
        return found

    def reported(self, key: AnswerKey) -> AnswerValue | None:
        """Return the newest earlier answer that fell short, else the newest one (P-0)."""
        harmless = self.form.question(key[0]).harmless
        for period in sorted(self.loaded.months, reverse=True):
            value = self.loaded.months[period].get(key)
            if value is not None and value not in harmless:
                return value
        return self.last.get(key)

    @cached_property
    def history(self) -> prefill.History:
        """What the months before say beyond last month's answers."""
        return prefill.history_of(
            self.given.period, self.loaded.months, helper_visited=self.loaded.helper_visited
        )

    @cached_property
    def resting(self) -> dict[AnswerKey, AnswerValue]:
        """Answers of earlier months that stand this month without being asked (ask_every)."""
        found = prefill.silent(self.form, self.given, self.policy, self.last, self.history)
        return {key: value for key, value in found.items() if key not in self.given.answers}

    @cached_property
    def facts(self) -> Facts:
        """The facts that rules judge: what is given, and what rests."""
        if not self.resting:
            return self.given
        return replace(self.given, answers={**self.resting, **self.given.answers})

    @cached_property
    def prefilled(self) -> dict[AnswerKey, AnswerValue]:
        """The values to show in grey; an amount that is broken down shows its lines' sum."""
        worksheet = catalogue.worksheet()
        sources = income_worksheet.sources_of(
            worksheet, self.given.period, self.line_months, self.loaded.months
        )
        history = replace(self.history, sources=sources)
        shown = prefill.prefill(self.form, self.given, self.policy, self.last, history)
        for question in worksheet.questions:
            if (question, "") in self.asked and self.has_lines(question):
                shown[question, ""] = self.explained(question)
        return shown

    @cached_property
    def lines(self) -> dict[LineKey, Decimal]:
        """The lines of this month's income worksheet."""
        return dict(self.book.of(self.given.household_id).get(self.given.period, {}))

    @cached_property
    def line_months(self) -> dict[Period, Mapping[LineKey, Decimal]]:
        """The lines of the submitted months before; a month without lines is there, empty."""
        books = self.book.of(self.given.household_id)
        return {period: books.get(period, {}) for period in self.loaded.months}

    @property
    def offered_lines(self) -> dict[LineKey, Decimal]:
        """The lines to show in grey."""
        found = income_worksheet.offered(catalogue.worksheet(), self.given.period, self.line_months)
        return {key: amount for key, amount in found.items() if key not in self.lines}

    @property
    def amounts(self) -> Amounts:
        """This month's amounts with their lines."""
        return Amounts(self.given.answers, self.lines, self.wages)

    @property
    def wages(self) -> Decimal:
        """The wages given for those who are asked for one."""
        return income_worksheet.wages(self.given.answers, self.asked)

    def has_lines(self, question: str) -> bool:
        """Tell whether an amount is broken down this month."""
        return income_worksheet.has_lines(catalogue.worksheet(), question, self.lines)

    def explained(self, question: str) -> Decimal:
        """Return what an amount's lines come to."""
        return income_worksheet.explained(catalogue.worksheet(), question, self.lines, self.wages)

    @cached_property
    def asked(self) -> list[AnswerKey]:
        """The keys of the form now, in its order."""
        return form.asked_questions(self.form, self.facts, self.policy)

    @property
    def missing(self) -> tuple[AnswerKey, ...]:
        """What must still be answered before the household can be submitted."""
        required = form.required_missing(self.form, self.facts, self.policy)
        return (*required, *form.notes_missing(self.form, self.facts, self.policy))

    @property
    def spot_check(self) -> AnswerKey | None:
        """The carried question that is shown without last month's value (抽题)."""
        if not self.last:
            return None  # in the first month nothing is carried
        return prefill.spot_check(self.form, self.given, self.policy, self.resting)

    def sheet_state(self, is_closed: bool) -> str:
        """Return empty, partial, complete or locked."""
        if is_closed:
            return "locked"
        sheet = self.loaded.sheet
        if sheet is None or sheet.submitted_on is None:
            return "partial" if self.given.answers else "empty"
        return form.completeness(self.form, self.facts, self.policy, self._visits())

    def _visits(self) -> Visits:
        ways = {
            period: answers.get(("BF-03", "")) for period, answers in self.loaded.months.items()
        }
        reach = self.given.period.plus(-_SEEN_REACH)
        seen = any(way in ON_SITE for period, way in ways.items() if period >= reach)
        return Visits(seen, str(ways.get(self.given.period.previous(), "")))


@quiet_gc()
def load(
    session: Session, month: Month, household_ids: Collection[str] | None
) -> list[SheetContext]:
    """Return the households' contexts, in roster order (None: all living households)."""
    wanted = None if household_ids is None else set(household_ids)
    found = load_households(session, month, wanted, warnings.open_by_household(session, wanted))
    found = _with_notes(session, month, found)
    book = LineBook(session, month.period, wanted)
    return [
        SheetContext(
            loaded,
            month.form,
            policies.policy_for(session, month.period, loaded.household.scope),
            book,
        )
        for loaded in found
    ]


def _with_notes(
    session: Session, month: Month, found: list[HouseholdMonth]
) -> list[HouseholdMonth]:
    """Return the months with the words beside answers that need them; few have such a one."""
    ids = {
        natural_id("answer", loaded.sheet.id, *key): (place, key)
        for place, loaded in enumerate(found)
        if loaded.sheet is not None
        for key in form.noted(month.form, loaded.facts.answers)
    }
    notes: dict[int, dict[AnswerKey, str]] = {}
    for answer_id, note in run(session, _note_query(), ids) if ids else ():
        place, key = ids[answer_id]
        notes.setdefault(place, {})[key] = note
    for place, said in notes.items():
        found[place] = replace(found[place], facts=replace(found[place].facts, notes=said))
    return found


@cache
def _note_query() -> Query:
    table = Answer.__table__.c
    return per_id(select(table.id, table.note), table.id)


def month_of(period: Period, today: date) -> Month:
    """Return a month with its form, judged as of today while it runs."""
    return Month(period, period.as_of(today), catalogue.form_for(period))


def one(session: Session, month: Month, household_id: str) -> SheetContext:
    """Return one household's context.

    Raises:
        UnknownHouseholdError: no such household.
    """
    found = load(session, month, {household_id})
    if not found:
        raise UnknownHouseholdError(text=household_id)
    return found[0]
