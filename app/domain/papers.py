"""The papers of the life cycles as values: what stands on a form, and what it is made from.

``PaperSource`` knows everything of one thing; a ``PaperForm`` is what one paper shows, in an
order that any layout can draw. What hangs in public is an ``OpenText``: its rows can hold
nothing but what may be published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from typing import Any

from app.domain.case import CheckItem
from app.domain.household import NOTHING
from app.domain.listing import ListColumn
from app.domain.plan import PlanSource
from app.domain.public_notice import KINDS, NoticeRow, PublicNotice

ORDER = "部门交办单"
FOLLOW_UP = "回访记录"
CLUE_SHEET = "线索登记表"
PERIOD_PAPERS = ("村月报", "台账")  # made by the reports themselves
PLAN_PAPER = "一户一策"  # made by the plan, at any time
PAPERS: Mapping[str, tuple[str, ...]] = {  # subject → names, in the order of the seven steps
    "monitored_case": (
        CLUE_SHEET, "访查任务单", "答复单", "入户核查表", "承诺授权书", "会议记录", "公示",
        "公示结果", "乡镇审核表", "批复", "公告", "退回单", "信息采集表", "风险消除评估表",
        "回退审批表", "类型变更表", "清退审批表", "自然变更表",
    ),
    "warning": (
        "初审清单", "退回单", "预警监测对象名单", ORDER, FOLLOW_UP, "销号申请表", "销号审核表",
        "已销号台账",
    ),
    "natural_change": ("自然变更表",),
    "period": PERIOD_PAPERS,
}  # fmt: skip
PUBLIC = frozenset({"公示", "公示结果", "公告"})
SEEN_BY_FARMER = frozenset(
    {"入户核查表", "承诺授权书", "答复单", "会议记录", FOLLOW_UP, "风险消除评估表", *PUBLIC}
)
BY_HAND = frozenset(
    {
        "访查任务单", "入户核查表", "承诺授权书", "会议记录", "信息采集表", "风险消除评估表",
        "乡镇审核表", "销号申请表", "销号审核表",
    }
)  # fmt: skip
"""Papers that may be printed before their step, to be filled in and signed on the way."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A label with its value, "" to be written in; ``is_wide``: a line of its own."""

    label: str
    value: str = ""
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Entries, two on a line."""

    entries: tuple[Entry, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Roll:
    """A table; ``blank_rows`` empty lines follow its rows, to be written in."""

    title: str
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    blank_rows: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A long text under its label, at least ``lines`` high."""

    label: str
    text: str = ""
    lines: int = 4


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs without a frame (a promise, a letter to ``addressee``)."""

    paragraphs: tuple[str, ...]
    addressee: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an office says, with room for a signature, a date and its seal."""

    office: str
    text: str = ""
    signer: str = "负责人"
    has_seal: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs; ``has_seal``: with room for a seal."""

    who: str
    has_seal: bool = False


@dataclass(frozen=True, slots=True)
class Signing:
    """Places side by side, with the date under each; all on one page."""

    places: tuple[Place, ...]


Block = Grid | Roll | Box | Words | Opinion | Signing


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One paper. ``head``: left, middle and right of the line under the title."""

    name: str
    title: str
    area: str
    head: tuple[str, str, str]
    blocks: tuple[Block, ...]
    note: str = ""
    is_lying: bool = False


@dataclass(frozen=True, slots=True)
class OpenText:
    """An official text in the layout of GB/T 9704; 公示 and 公告 have nothing but ``NoticeRow``.

    ``title_parts``: a long title turns between them.
    """

    title_parts: tuple[str, str]
    author: str
    signed_on: date
    paragraphs: tuple[str, ...]
    rows: tuple[NoticeRow, ...] = ()
    closing: tuple[str, ...] = ()
    document_no: str = ""
    addressee: str = ""

    @property
    def title(self) -> str:
        """The whole title."""
        return "".join(self.title_parts)


def notice_text(notice: PublicNotice) -> OpenText:
    """Return a 公示 as an official text of the village's committee."""
    return OpenText(
        title_parts=(notice.village, KINDS[notice.kind]),
        author=f"{notice.village}村民委员会",
        signed_on=notice.signed_on,
        paragraphs=notice.paragraphs,
        rows=notice.rows,
        closing=notice.closing,
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """One step that was taken. ``level``: whose."""

    action: str
    label: str
    on: date
    actor: str = ""
    level: str = ""
    note: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a 交办单: a measure of a warning, or the warning that has none yet."""

    village: str
    household_no: str
    head_name: str
    subject: str  # the person, or 全户
    matter: str
    severity: str
    due_on: str
    measure: str = ""
    responsible_person: str = ""
    done_on: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Offices:
    """What the three levels are called."""

    county: str = ""
    township: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class PaperSource:
    """Everything a paper of one thing may be made from.

    Attributes:
        name: the paper.
        deed: the step that it belongs to; None where it is to be filled in by hand.
        deeds: every step, oldest first.
        facts: the thing's own data by glossary name, as shown (``…_label`` in Chinese).
        household: None for a thing of no household.
        reason_group: what may be published of the main cause.
        lines: rows of the lists (初审清单, 名单, 交办单, 台账).
    """

    name: str
    printed_on: date
    offices: Offices
    deed: Deed | None = None
    deeds: tuple[Deed, ...] = ()
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    household: PlanSource | None = None
    reason_group: str = ""
    publicity_days: int = 0
    checks: tuple[CheckItem, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    orders: tuple[OrderLine, ...] = ()
    department: str = ""

    def said(self, name: str) -> str:
        """Return named data of the paper's own step, "" where it is still to come."""
        if self.deed is None:
            return ""
        return self.deed.note if name == "note" else self.deed.values.get(name, "")

    def known(self, name: str) -> str:
        """Return named data of the newest step that brought it, else the thing's own."""
        for deed in reversed(self.deeds):
            if deed.values.get(name):
                return deed.values[name]
        return self.facts.get(name, "")

    def last(self, *actions: str) -> Deed | None:
        """Return the newest step of these actions."""
        return next((d for d in reversed(self.deeds) if d.action in actions), None)

    @property
    def day(self) -> date:
        """The day of the paper: of its step, else of printing."""
        return self.deed.on if self.deed else self.printed_on

    @property
    def is_removal(self) -> bool:
        """Whether the paper belongs to 风险消除 and not to identification."""
        own = self.deed.action if self.deed else (self.deeds[-1].action if self.deeds else "")
        return own.startswith(("removal", "request-removal"))


def softened(form: PaperForm, soft_words: Mapping[str, str]) -> PaperForm:
    """Return a form without the words that must not be read to a farmer."""
    return replace(form, blocks=tuple(_soft(block, soft_words) for block in form.blocks))


def _soft(value: Any, soft_words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for hard, mild in soft_words.items():
            value = value.replace(hard, mild)
        return value
    if isinstance(value, tuple):
        return tuple(_soft(one, soft_words) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _soft(getattr(value, f.name), soft_words) for f in fields(value)}
        return replace(value, **changed)
    return value


def day_words(day: date) -> str:
    """Return a day as it stands in an official text."""
    return f"{day.year}年{day.month}月{day.day}日"


def numbered(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return rows with a running number before each."""
    return tuple((str(number), *row) for number, row in enumerate(rows, 1))
