"""The state of one household's form: what is asked, given, offered and still needed. No widgets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from app.domain.follow_up import Ask, asks_of
from app.domain.form import (
    AnswerKey,
    AnswerValue,
    Chapter,
    FormDef,
    Option,
    Question,
    note_problem,
)
from app.domain.household import Facts, Finding, Member

NOT_SEEN = "_not_seen"
# By telephone nobody can see these: food, clothes, house, water.
SEEN_ON_THE_SPOT = frozenset({"FD", "CL", "HS", "WT"})
STRIP, END = "strip", "end"
WAY: AnswerKey = ("BF-03", "")
CLOSED_WAYS = frozenset({"not_met", "refused"})


class Status(Enum):
    """How one row stands."""

    GIVEN = "given"  # answered or confirmed
    OFFERED = "offered"  # shown in words, counts after confirmation
    ASK = "ask"  # open warning or spot check: never preset, needs a digit
    RESTING = "resting"  # an earlier month's answer stands this month without being asked
    BLANK = "blank"


class Key(Enum):
    """Which key a chapter takes this month."""

    LEAD = "lead"
    SPOT = "spot"
    PLUS = "plus"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Engine:
    """The domain's functions, bound to the form and policy of this month."""

    asked: Callable[[Facts], Sequence[AnswerKey]]
    options: Callable[[Facts, AnswerKey], Sequence[Option]]
    findings: Callable[[Facts], Sequence[Finding]]
    parse: Callable[[Question, str], AnswerValue | None]
    problem: Callable[[Facts, AnswerKey, AnswerValue], str]


@dataclass(slots=True)
class Board:
    """Answers and offers of one sheet.

    Attributes:
        values: given or confirmed answers.
        offers: values shown in grey.
        resting: answers of earlier months that stand (ask_every, ask_months).
        previous: last month's answers.
        drafts: half-typed text of fields, also from before a crash.
        replies: what was asked after an answer (从何时、为什么…), by name of the ask.
        notes: what was noted beside an answer (备注).
        photos: how many photos hang beside an answer.
        is_read_only: another level's sheet, or a month that takes no answers.
        asked: keys asked now, catalogue order; recomputed after every answer.
    """

    form: FormDef
    facts: Facts
    engine: Engine
    values: dict[AnswerKey, AnswerValue]
    offers: dict[AnswerKey, AnswerValue]
    resting: dict[AnswerKey, AnswerValue]
    previous: Mapping[AnswerKey, AnswerValue]
    open_warnings: frozenset[AnswerKey] = frozenset()
    spot: AnswerKey | None = None
    drafts: dict[AnswerKey, str] = field(default_factory=dict)
    notes: dict[AnswerKey, str] = field(default_factory=dict)
    photos: dict[AnswerKey, int] = field(default_factory=dict)
    replies: dict[AnswerKey, dict[str, str]] = field(default_factory=dict)
    is_read_only: bool = False
    asked: tuple[AnswerKey, ...] = ()
    _members: dict[str, Member] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._members = {member.id: member for member in self.facts.members}
        self.recompute()

    def recompute(self) -> None:
        """Ask the domain again what is asked; answers no longer asked are kept but not shown."""
        self.asked = tuple(self.engine.asked(self.facts_with({})))

    def facts_with(self, tentative: Mapping[AnswerKey, AnswerValue]) -> Facts:
        """Return the facts with the given answers and a value that is being typed."""
        given = {**self.resting, **self.values, **tentative}
        return replace(self.facts, answers=given, notes=self.notes)

    def change(self, changes: Mapping[AnswerKey, AnswerValue | None]) -> None:
        """Take over answers that were saved; None clears."""
        for key, value in changes.items():
            self.drafts.pop(key, None)
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value
        self.recompute()

    def options(self, key: AnswerKey) -> Sequence[Option]:
        """Return the options that are offered now; some only in certain months."""
        return self.engine.options(self.facts_with({}), key)

    def problem(self, key: AnswerKey, value: AnswerValue) -> str:
        """Return why a value cannot stand beside the other answers, "" if it can."""
        return self.engine.problem(self.facts_with({}), key, value)

    def open_asks(self, key: AnswerKey) -> list[Ask]:
        """Return what is still to be asked after the given answer of a row."""
        said = self.replies.get(key, {})
        asks = asks_of(self.question(key), self.values.get(key))
        return [a for a in asks if a.name not in said and (a.choices or a.is_person)]

    def first_editable(self, rows: list[AnswerKey]) -> AnswerKey:
        return next((key for key in rows if not self.question(key).sum_of), rows[0])

    def after(self, waiting: list[AnswerKey], key: AnswerKey | None) -> AnswerKey:
        """Return the first of a chapter's waiting rows below a row, else the first of them."""
        rows = self.rows(self.question(waiting[0]).chapter)
        start = rows.index(key) if key in rows else -1
        return next((row for row in waiting if rows.index(row) > start), waiting[0])

    def text_of(self, key: AnswerKey) -> str:
        """Return what stands in the row's field: the half-typed text, else the answer."""
        value = self.values.get(key)
        typed = "" if value is None or str(value).startswith("_") else str(value)
        return self.drafts.get(key, typed)

    def lacks_note(self, key: AnswerKey) -> bool:
        """True if the given answer says nothing without the words beside it (注明)."""
        return bool(self.note_problem(key)) and not self.notes.get(key, "").strip()

    def note_problem(self, key: AnswerKey) -> str:
        """Return what to write beside the given answer, "" if nothing must be."""
        value = self.values.get(key)
        return "" if value is None else note_problem(self.question(key), value)

    def present(self) -> list[Member]:
        return [member for member in self.facts.members if member.member_status == "present"]

    def member(self, key: AnswerKey) -> Member | None:
        return self._members.get(key[1])

    def question(self, key: AnswerKey) -> Question:
        return self.form.question(key[0])

    def way(self) -> str:
        """Return how the household was visited, "" before it was said."""
        return str(self.values.get(WAY, ""))

    def rows(self, chapter: str) -> list[AnswerKey]:
        """Return the keys asked in one chapter, without those of the strip above."""
        found = (key for key in self.asked if self.question(key).chapter == chapter)
        return [key for key in found if self.question(key).place != "head"]

    def status(self, key: AnswerKey) -> Status:
        if key in self.values:
            return Status.GIVEN
        if self.is_unseen(key):
            return Status.OFFERED
        if key in self.open_warnings or key == self.spot:
            return Status.ASK
        if key in self.resting:
            return Status.RESTING
        return Status.OFFERED if key in self.offers else Status.BLANK

    def is_unseen(self, key: AnswerKey) -> bool:
        """True where a telephone call leaves only «没看成»."""
        return self.way() == "phone" and self.question(key).chapter in SEEN_ON_THE_SPOT

    def offer(self, key: AnswerKey) -> AnswerValue | None:
        return NOT_SEEN if self.is_unseen(key) else self.offers.get(key)

    def shown(self, key: AnswerKey) -> AnswerValue | None:
        """Return the given value, else what is offered; None where the row must be asked."""
        status = self.status(key)
        if status is Status.GIVEN:
            return self.values[key]
        if status is Status.RESTING:
            return self.resting[key]
        return self.offer(key) if status is Status.OFFERED else None

    def needs(self, key: AnswerKey) -> bool:
        """True if the row holds up its chapter until somebody answers it."""
        if self.lacks_note(key):
            return True
        status = self.status(key)
        return status is Status.ASK or (status is Status.BLANK and self.question(key).required)

    def unsettled(self, key: AnswerKey) -> bool:
        """True for rows that are needed or only offered so far."""
        return self.needs(key) or self.status(key) is Status.OFFERED

    def is_done(self, chapter: str) -> bool:
        return not any(self.unsettled(key) for key in self.rows(chapter))

    def rests(self, chapter: str) -> bool:
        """True if the whole chapter stands from earlier months."""
        rows = self.rows(chapter)
        return bool(rows) and all(self.status(key) is Status.RESTING for key in rows)

    def confirmation(self, chapter: str) -> dict[AnswerKey, AnswerValue]:
        """Return what `+` confirms: rows shown as words, never an open warning or a spot check."""
        result: dict[AnswerKey, AnswerValue] = {}
        for key in self.rows(chapter):
            value = self.offer(key)
            if self.status(key) is Status.OFFERED and value is not None:
                result[key] = value
        return result

    def lead_rows(self, chapter: Chapter) -> list[AnswerKey]:
        """Return the lead questions asked this month; none by telephone where nobody looks."""
        rows = self.rows(chapter.code)
        return [key for key in rows if key[0] in chapter.lead and not self.is_unseen(key)]

    def spot_row(self, chapter: Chapter) -> AnswerKey | None:
        """Return the spot check if it waits in this chapter."""
        spot = self.spot
        if spot is None or spot not in self.rows(chapter.code) or self.is_unseen(spot):
            return None
        return spot if spot not in self.values else None

    def key_of(self, chapter: Chapter) -> Key:
        """Return which key the chapter takes now."""
        if chapter.key == "zero":
            return Key.ZERO
        if self.lead_rows(chapter):
            return Key.LEAD
        return Key.SPOT if self.spot_row(chapter) else Key.PLUS

    def good_answers(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, AnswerValue]:
        """Return the good answer for each key, leaving out open warnings and questions without."""
        result: dict[AnswerKey, AnswerValue] = {}
        for key in keys:
            value = default_value(self.question(key))
            if value is not None and key not in self.open_warnings:
                result[key] = value
        return result

    def missing(self) -> list[AnswerKey]:
        """Return every asked row that still needs an answer, or a confirmation if required."""
        return [key for key in self.asked if self.unsettled(key) and self.question(key).required]


def default_value(question: Question) -> AnswerValue | None:
    """Return the good answer as an option key; the catalogue may name it by its label."""
    default = question.default
    if isinstance(default, str) and default not in question.by_key:
        found = (option.key for option in question.options if option.label == default)
        return next(found, default)
    return default
