"""The 关注名单: answers that raise nothing but are looked at again (checklist.yaml, ``watch``)."""

from app.domain.catalogue import FormDef
from app.domain.household import Answers


def watched(form: FormDef, answers: Answers) -> tuple[str, ...]:
    """Return why a household is on the list, «question：answer» in the form's order; () if not."""
    found = [
        f"{question.short or question.label}：{option.text}"
        for question in form.questions
        for option in question.options
        if option.watch and option.key in _given(answers, question.code)
    ]
    return tuple(found)


def _given(answers: Answers, code: str) -> set[object]:
    """Return what anybody answered to a question with one choice."""
    return {value for (asked, _member), value in answers.items() if asked == code}
