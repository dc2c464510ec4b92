"""How the invented village answers in October: nearly everybody as always, a few with a story."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.domain.household import AnswerKey, AnswerValue
from app.ops.sheets import SheetData

# What happened to whom: position in the visit list → household answers; the boy's own is below.
_HOUSEHOLD_STORIES: Mapping[int, Mapping[str, AnswerValue]] = {
    1: {"WT-01": "short"},
    2: {"IN-05": "wage_arrears"},
    3: {"HS-03": "crack", "EV-01": ("flood",), "CY-01": "total_loss"},
    4: {"LV-04": "broken"},
}
DROPOUT = 0  # the first household: the boy of 14 left school
_AMOUNTS = {"IN-02": "600", "IN-03": "0", "IN-04": "200", "IN-06": "100", "IN-07": "0"}


def answers(sheet: SheetData, position: int) -> dict[AnswerKey, AnswerValue]:
    """Return what the household at ``position`` of the visit list answers to what is asked now."""
    story = _HOUSEHOLD_STORIES.get(position, {})
    return {key: value for key, value in _usual(sheet, position) if key[0] not in story} | {
        (code, ""): value for code, value in story.items()
    }


def _usual(sheet: SheetData, position: int) -> Iterator[tuple[AnswerKey, AnswerValue]]:
    is_told = False
    for key, cell in sheet.cells.items():
        question = sheet.form.question(key[0])
        if key[0] == "ED-01" and position == DROPOUT and not is_told and _is_boy(sheet, key[1]):
            is_told = True
            yield key, "dropout"
        elif cell.value is not None:
            yield key, cell.value
        elif key[0] == "BF-03":
            yield key, "onsite"
        elif key[0] == "IN-01":
            yield key, _wages(sheet)
        elif key[0] in _AMOUNTS:
            yield key, Decimal(_AMOUNTS[key[0]])
        elif question.default is not None:
            yield key, question.default
        elif question.required:
            raise LookupError(f"the demo has no answer to {key[0]}")


def _is_boy(sheet: SheetData, member_id: str) -> bool:
    return any(m.id == member_id and m.sex == "male" for m in sheet.facts.members)


def _wages(sheet: SheetData) -> Decimal:
    return sum((m.monthly_wage or Decimal(0) for m in sheet.facts.members), Decimal(0))
