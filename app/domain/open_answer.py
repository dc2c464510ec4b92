"""P-0: a question whose warning is still open is asked by what became of it (上月报的…现在怎样).

Nothing is preset. The reply gives the answer of this month, and whether it speaks for closing the
warning; closing itself is a step of the warning's life, never an effect of the form.
"""

from dataclasses import dataclass

from app.domain.catalogue import Option, Question
from app.domain.household import AnswerValue
from app.domain.labels import SEVERITY_RANK

STILL, WORSE, SOLVED = "1", "2", "3"


@dataclass(frozen=True, slots=True)
class OpenReply:
    """What was said: the digit, a new answer (加重), how it was solved (已解决)."""

    choice: str
    value: AnswerValue | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OpenResult:
    """This month's answer, the note to keep with it, and what it means for the warning."""

    value: AnswerValue
    note: str
    is_solved: bool
    hint: str


def worse_options(question: Question, reported: AnswerValue) -> tuple[Option, ...]:
    """Return the options that are graver than what was reported, for 2加重."""
    old = question.by_key.get(reported) if isinstance(reported, str) else None
    rank = _rank(old) if old else 0
    return tuple(option for option in question.options if _rank(option) > rank)


def resolve(question: Question, reported: AnswerValue, reply: OpenReply) -> OpenResult:
    """Return this month's answer for a reply.

    Raises:
        ValueError: the reply lacks what it must bring; the text is Chinese.
    """
    match reply.choice:
        case "1":
            return OpenResult(reported, reply.note, is_solved=False, hint="")
        case "2":
            return OpenResult(_worse(question, reported, reply), reply.note, False, "级别可能上调")
        case "3":
            return _solved(question, reply)
        case _:
            raise ValueError("请选：1还在 2加重 3已解决")


def _worse(question: Question, reported: AnswerValue, reply: OpenReply) -> AnswerValue:
    if reply.value is None or reply.value == reported:
        raise ValueError("加重的要选新答案")
    if question.type == "choice":
        allowed = worse_options(question, reported)
        if reply.value not in {option.key for option in allowed}:
            words = "、".join(option.text for option in allowed) or "没有更重的选项，请选“还在”"
            raise ValueError(f"加重的要选更重的：{words}")
    return reply.value


def _solved(question: Question, reply: OpenReply) -> OpenResult:
    if not reply.note.strip():
        raise ValueError("请写怎么解决的")
    good = reply.value if reply.value is not None else question.default
    if good is None:
        raise ValueError("请选现在的答案")
    return OpenResult(good, reply.note, True, f"本月已解决（{reply.note}），可申请销号")


def _rank(option: Option) -> int:
    """``combined`` decides nothing by itself: it counts as a shortfall of the lowest kind."""
    return SEVERITY_RANK.get(option.severity, 1)
