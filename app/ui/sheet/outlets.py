"""Where the cursor of the form can stand, and where its work goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.form import AnswerKey, AnswerValue
from app.domain.open_answer import OpenReply

READ_ONLY = "这里只能看，不能改：已关账，或不是本村的表。"
Changes = Mapping[AnswerKey, AnswerValue | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cursor stands: strip, a chapter's bar (no key), one of its rows, or the end."""

    chapter: str
    key: AnswerKey | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """One step to take back: a whole `+` is one."""

    before: Changes
    place: Place


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the form's work goes.

    Attributes:
        save: stores answers, one call = one transaction; False if it failed.
        reply: stores what became of an open warning; this month's answer, None if it failed.
        note: keeps the words beside an answer.
        follow_up: stores replies to what was asked after an answer.
        visit: stores how and whom one met (way, member id).
        draft: keeps half-typed text.
        submit: hands the household in.
    """

    save: Callable[[Changes], bool]
    reply: Callable[[AnswerKey, OpenReply], AnswerValue | None]
    note: Callable[[AnswerKey, str], bool]
    follow_up: Callable[[AnswerKey, Mapping[str, str]], bool]
    visit: Callable[[str, str], bool]
    draft: Callable[[AnswerKey, str], None]
    submit: Callable[[], None]
