"""The monthly checklist as data: chapters, questions, options. Values only; loaded by form_data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.household import NOTHING, AnswerValue
from app.errors import AppError

# Conditions take (household view, member view or None, the answer itself); see expressions.py.
Condition = Callable[[Any, Any, Any], bool]
Number = Callable[[Any, Any, Any], Any]


class CatalogueError(AppError):
    """A file of the catalogue (form, policy, rules) is not as it must be; it is refused whole."""

    code = "E601"
    message = "目录文件“{file}”有误（{place}）：{reason}。这份文件没有启用，数据没有变。"
    hint = "请改好这一处，或换回原来的文件。"

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}", file=file, place=place, reason=reason)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is asked after an answer. ``when`` empty: after every chosen option it belongs to."""

    asks: tuple[str, ...]
    when: tuple[str, ...] = ()
    writes: str = ""
    department_by: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``severity`` is none yellow orange red, or combined (the question decides).

    Attributes:
        label: the written name, stable word of files and cases; ``shown`` is on screen and paper.
        only_when: the option is offered only then.
        needs_note: says nothing by itself; the words beside the answer (备注) must.
        watch: goes to a list of people to look after, raises nothing.
        not_read: never read aloud, never on a paper that the farmer sees.
        direction: in or out (EV-03).
    """

    key: str
    label: str
    severity: str = "none"
    shown: str = ""
    department: str = ""
    co_department: str = ""
    only_when: Condition | None = None
    only_when_words: str = ""
    follow_up: FollowUp | None = None
    needs_note: bool = False
    watch: bool = False
    not_read: bool = False
    direction: str = ""
    note: str = ""
    writes: str = ""

    @property
    def text(self) -> str:
        """What stands on screen and paper."""
        return self.shown or self.label


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of a two-step menu: a digit that answers, or opens a second row of digits."""

    digit: str
    say: str
    key: str = ""  # option key; "" opens ``keys``; "none" is the empty answer
    keys: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: NOTHING
    )  # digit->(key, word)


@dataclass(frozen=True, slots=True)
class SeverityWhen:
    """One line that decides a severity; ``parameters`` are the policy's names that it uses."""

    when: Condition
    severity: str
    parameters: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()  # other questions whose answers it looks at


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the checklist.

    Attributes:
        scope: household or member.
        type: choice multi money number date text.
        ask: the words read aloud; label is the written name, short the word on a chapter bar.
        prefill: look event carry rolling pattern roster.
        default: the good answer; never taken by itself.
        severity_when: the first true line wins, before the option's own severity.
        always: asked of everybody present, so that the condition need not be run.
        life: "" warning, coverage or todo.
        sum_of: the answer is computed from the worksheet and read-only.
    """

    code: str
    chapter: str
    label: str
    scope: str
    type: str
    required: bool
    prefill: str
    asked_when: Condition
    asked_words: str = ""
    short: str = ""
    ask: str = ""
    options: tuple[Option, ...] = ()
    default: AnswerValue | None = None
    empty_label: str = ""
    severity_when: tuple[SeverityWhen, ...] = ()
    exempt: Condition | None = None
    exempt_words: str = ""
    department: str = ""
    co_department: str = ""
    department_by: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    due_days: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    help: str = ""
    photo: bool = False
    ask_every: int = 0
    ask_months: tuple[int, ...] = ()
    min: Decimal | None = None
    max: Decimal | None = None
    min_expr: Number | None = None
    unit: str = ""
    max_length: int = 0
    roster_field: str = ""
    feeds: str = ""
    sum_of: str = ""
    rolling: str = ""
    derive: str = ""
    lines: tuple[str, ...] = ()
    follow_up: FollowUp | None = None
    menu: tuple[MenuItem, ...] = ()
    life: str = ""
    place: str = ""
    estimate_flag: bool = False
    options_silent: bool = False
    specials: tuple[str, ...] = ()  # special answers that it takes
    always: bool = False
    looks_at: tuple[str, ...] = ()  # codes of the questions that asked_when depends on
    by_key: Mapping[str, Option] = field(default_factory=lambda: NOTHING)
    can_fall_short: bool = False
    harmless: frozenset[AnswerValue] = frozenset()  # answers that can never fall short

    def department_of(self, parts: Iterable[str]) -> str:
        """Return who helps: of the first chosen option that names somebody, else the question's.

        ``parts``: keys of options; an item may name its person behind a colon.
        """
        told = {option.key: option.department for option in self.options if option.department}
        keys = (part.partition(":")[0] for part in parts)
        return next((told[key] for key in keys if key in told), self.department)

    @property
    def spoken(self) -> str:
        """The words to read aloud."""
        return self.ask or self.label


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter. ``key``: lead (digit of the lead question, else +), plus, zero (0)."""

    code: str
    label: str
    order: int
    key: str
    lead: tuple[str, ...] = ()
    lead_ask: str = ""
    good: str = ""
    other: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadStrip:
    """The strip 本次走访 above the chapters."""

    label: str
    keys: str
    makes: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialAnswer:
    """An answer that is allowed beside the options; ``only`` empty: on (nearly) every question."""

    key: str
    label: str
    digit: str
    effect: str
    chapters: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    partial_codes: tuple[str, ...] = ()  # keep the household 部分完成


@dataclass(frozen=True, slots=True)
class FormDef:
    """One edition of the checklist; ``questions`` keep catalogue order, BF-03 among them."""

    key: str
    valid_from: str
    chapters: tuple[Chapter, ...]
    head: HeadStrip
    questions: tuple[Question, ...]
    special_answers: tuple[SpecialAnswer, ...] = ()
    no_special: tuple[str, ...] = ()
    not_read_aloud: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    default_due_days: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    departments: tuple[str, ...] = ()
    by_code: Mapping[str, Question] = field(default_factory=lambda: NOTHING)
    noted: frozenset[str] = frozenset()  # codes of those with an option that needs words
    judged: tuple[Question, ...] = ()  # those that can fall short, in catalogue order

    @property
    def version(self) -> str:
        """The edition as a month remembers it: ``monthly@2025-01``."""
        return f"{self.key}@{self.valid_from}"

    def question(self, code: str) -> Question:
        """Return the question of a code; KeyError for an unknown one."""
        return self.by_code[code]

    def special(self, key: str) -> SpecialAnswer | None:
        """Return the special answer of a key (``_unknown`` …), else None."""
        return next((s for s in self.special_answers if s.key == key), None)
