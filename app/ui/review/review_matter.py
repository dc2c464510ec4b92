"""One matter of the queue, how it is found again by filters, and in which order it stands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from app.ops.review import ReviewRow
from app.ops.warnings import WarningLine
from app.ui.colours import severity_rank, severity_text
from app.ui.table_model import Column
from app.ui.warnings.matter import Matter, matters

BY_LEVEL, BY_VILLAGE, BY_KIND = "按级别", "按村", "按同类"
ORDERS = (BY_LEVEL, BY_VILLAGE, BY_KIND)
HAS_PROOF, LACKS_PROOF = "有证明", "缺证明"
AGAIN, FIRST_TIME = "再报", "第一次报"


@dataclass(frozen=True, slots=True)
class ReviewMatter:
    """The rows of one fact, worst first; never empty."""

    matter: Matter
    rows: tuple[ReviewRow, ...]

    @property
    def key(self) -> str:
        return self.first.card

    @property
    def first(self) -> WarningLine:
        return self.matter.first

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(line.warning_id for line in self.matter.lines)

    @property
    def lacking(self) -> str:
        """What is still missing, "" if nothing is."""
        return next((row.lacking for row in self.rows if row.lacking), "")

    @property
    def is_again(self) -> bool:
        return any(row.is_again for row in self.rows)

    @property
    def may_be_ticked(self) -> bool:
        """A red one is looked at by itself."""
        return all(line.severity != "red" for line in self.matter.lines)

    def proof(self) -> str:
        """Return what came with it in a word."""
        found = next((row.proof for row in self.rows if row.proof), "")
        return "缺" if self.lacking else found or "—"

    def text(self) -> str:
        """Return its sentence; who it is about stands in front."""
        again = "再报 " if self.is_again else ""
        return f"{again}{self.matter.text()}"

    def days(self, today: date) -> str:
        """Return the days left in a short word."""
        due = self.matter.due_on
        if due is None:
            return ""
        left = (due - today).days
        return f"超{-left}天" if left < 0 else f"{left}天"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; an empty text is open."""

    village: str = ""
    severity: str = ""
    kind: str = ""
    proof: str = ""
    again: str = ""

    def passes(self, one: ReviewMatter) -> bool:
        """Tell whether a matter is shown."""
        wanted = (
            not self.village or one.first.village == self.village,
            not self.severity or one.first.severity == self.severity,
            not self.kind or one.first.matter == self.kind,
            not self.proof or bool(one.lacking) == (self.proof == LACKS_PROOF),
            not self.again or one.is_again == (self.again == AGAIN),
        )
        return all(wanted)


def grouped(rows: Iterable[ReviewRow], without: Collection[str]) -> list[ReviewMatter]:
    """Return the matters of the rows, leaving out warnings that are decided already."""
    by_id = {row.line.warning_id: row for row in rows if row.line.warning_id not in without}
    found = matters(row.line for row in by_id.values())
    return [ReviewMatter(m, tuple(by_id[line.warning_id] for line in m.lines)) for m in found]


def in_order(found: Iterable[ReviewMatter], order: str) -> list[ReviewMatter]:
    """Return the matters sorted: like ones of one village always stand together."""
    return sorted(found, key=lambda one: _sort_key(one, order))


def _sort_key(one: ReviewMatter, order: str) -> tuple[object, ...]:
    line = one.first
    level = -severity_rank(line.severity)
    due = one.matter.due_on or date.max
    rest = (due, line.household_no, line.head_name)
    if order == BY_VILLAGE:
        return (line.village, level, line.matter, *rest)
    if order == BY_KIND:
        return (line.matter, line.village, level, *rest)
    return (level, line.matter, line.village, *rest)


def columns(ticked: Collection[str], today: date) -> tuple[Column, ...]:
    """Return the columns of the queue; ``ticked`` is looked at anew each time it is painted."""

    def mark(one: ReviewMatter) -> str:
        if not one.may_be_ticked:
            return ""
        return "☑" if one.key in ticked else "☐"

    return (
        Column("", mark, width=1),
        Column(
            "级别",
            lambda m: severity_text(m.first.severity),
            width=2,
            severity=lambda m: m.first.severity,
        ),
        Column("村", lambda m: m.first.village, width=4, spare=3),
        Column("户", lambda m: m.first.head_name, width=3),
        Column("事项", ReviewMatter.text),
        Column("证明", ReviewMatter.proof, width=2, spare=2),
        Column("限", lambda m: m.days(today), width=4, spare=1),
    )
