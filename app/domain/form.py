"""The form of one household and month: what is asked, what is missing, what a key confirms."""

from app.domain.catalogue import (
    Chapter,
    FollowUp,
    FormDef,
    HeadStrip,
    MenuItem,
    Option,
    Question,
    SpecialAnswer,
)
from app.domain.household import AnswerKey, Answers, AnswerValue

__all__ = [
    "AnswerKey",
    "AnswerValue",
    "Answers",
    "Chapter",
    "FollowUp",
    "FormDef",
    "HeadStrip",
    "MenuItem",
    "Option",
    "Question",
    "SpecialAnswer",
]
