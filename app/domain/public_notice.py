"""公示: the list that hangs at the village's board. What may stand on it is all that it can hold.

Head's name, number of people, group, and the group of reasons: never a number, a telephone, an
account, an illness or a disability.
"""

from dataclasses import dataclass
from datetime import date

from app.domain.case import IN_PUBLICITY, REMOVAL_PUBLICITY
from app.domain.masking import without_numbers

CLEAR_OUT = "clear_out"  # a 清退 that is proposed (B17): the case stays in its state meanwhile
IMPRECISE = "识别不精准"  # all that a notice may tell of why
KINDS = {
    IN_PUBLICITY: "拟纳入防止返贫监测对象公示",
    REMOVAL_PUBLICITY: "拟消除风险监测对象公示",
    CLEAR_OUT: "拟清退监测对象公示",
}
_DONE = {
    IN_PUBLICITY: "经农户申请或干部排查、入户核实、村民主评议，拟将以下农户纳入防止返贫监测对象",
    REMOVAL_PUBLICITY: "经帮扶和入户核实、村民主评议，以下监测对象的风险已经消除，拟标注风险消除",
    CLEAR_OUT: "经核查、村民主评议，以下农户不符合监测对象条件，拟予清退",
}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One household as it may be published: a number that was typed into a name is left out."""

    head_name: str
    persons: int
    hamlet_group: str
    reason_group: str

    def __post_init__(self) -> None:
        for name in ("head_name", "hamlet_group", "reason_group"):
            object.__setattr__(self, name, without_numbers(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """One notice. ``kind``: the state of the cases on it, or ``CLEAR_OUT``."""

    kind: str
    village: str
    rows: tuple[NoticeRow, ...]
    signed_on: date
    days: int

    @property
    def title(self) -> str:
        """Return the title with the village's name."""
        return f"{self.village}{KINDS[self.kind]}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Return the text above the list."""
        people = sum(row.persons for row in self.rows)
        counted = f"共{len(self.rows)}户{people}人"
        return (f"{_DONE[self.kind]}，{counted}，现予公示。",)

    @property
    def closing(self) -> tuple[str, ...]:
        """Return the text below the list."""
        day = self.signed_on
        when = f"自{day.year}年{day.month}月{day.day}日起共{self.days}天"
        whom = "村民委员会或乡镇人民政府"
        return (f"公示时间：{when}。公示期内如有不同意见，请向{whom}反映。",)
