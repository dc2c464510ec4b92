"""What can change in a household, in the order in which it is offered, and the usual proof."""

from dataclasses import dataclass

from app.domain import natural_change as domain

_OUT = ("户口页", "迁移证", "其他证明")


@dataclass(frozen=True, slots=True)
class ChangeTask:
    """One guided action. ``reason`` "" where it is asked."""

    kind: str
    reason: str
    word: str
    proofs: tuple[str, ...]

    @property
    def is_return(self) -> bool:
        """Somebody of the book who comes back."""
        return self.reason in domain.RETURNS


def _in(reason: str, *proofs: str) -> ChangeTask:
    word = domain.INCREASE_REASONS[reason]
    return ChangeTask(domain.INCREASE, reason, word, (*proofs, "户口页"))


def _off(reason: str, *proofs: str) -> ChangeTask:
    return ChangeTask(domain.DECREASE, reason, domain.DECREASE_REASONS[reason], (*proofs, *_OUT))


TASKS = (
    _in("birth", "出生医学证明"),
    _off("death", "死亡医学证明", "村委会证明"),
    _in("marry_in", "结婚证"),
    _off("marry_out", "结婚证"),
    _in("move_in", "准迁证"),
    _off("move_out"),
    ChangeTask(domain.SPLIT, "", "分户", ("分户户口页", "村委会证明")),
    ChangeTask(domain.MERGE, "", "并户", ("户口页", "村委会证明")),
    ChangeTask(domain.HEAD_CHANGE, "", "户主变更", ()),
    _in("adopt", "收养登记证"),
    _in("released", "释放证明"),
    _in("demobilised", "退役证明"),
    _in("other_in"),
    _off("enlist", "入伍通知书"),
    _off("emigrated"),
    _off("deregistered"),
    _off("other_out"),
    _off("imprisoned", "判决书"),
    _off("lost", "村委会证明"),
)


def task_of(kind: str, reason: str) -> ChangeTask | None:
    """Return the guided action of a change that is there already; None for 整户消亡."""
    for task in TASKS:
        if task.kind == kind and task.reason in ("", reason):
            return task
    return None
