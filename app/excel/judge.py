"""What the values of a column say about its field, where its heading says too little."""

import re
from collections.abc import Sequence

from app.domain.roster import HOUSEHOLD_FIELDS, MEMBER_FIELDS
from app.domain.roster_id import read_id
from app.domain.roster_values import ValueReader, Vocabulary, folded

_TELLING = (
    "sex",
    "relation",
    "ethnicity",
    "education",
    "labor_skill",
    "employment",
    "medical_insurance",
    "household_kind",
    "object_type",
)  # fmt: skip  lists whose words stand in no other list
_OF_LISTS = {  # what only a list from above holds, and how its values look
    "rule_code": re.compile(r"\d{1,2}[-_]\d{1,2}[-_]\d{3,4}|\d{4}[-_]\d{1,2}"),
    "department": re.compile(r".*(?:局|委|委员会|联合会|残联|妇联|办公室|办)"),
}
_FITTING = 0.6
_SURE = 0.9
_FEWEST = 5  # values, below which nothing is concluded from them


class ColumnJudge:
    """Judges columns by their values; only words as the program writes them count as sure."""

    def __init__(self, reader: ValueReader, words: Vocabulary) -> None:
        self._reader = reader
        self._own = {
            field: frozenset(folded(word) for word in words.words[field].values() if word)
            for field in _TELLING
        }

    def fits(self, field: str, cells: Sequence[object]) -> bool:
        """Tell whether most values could be the field's; false if there is none.

        What feeds no field of the roster is not judged.
        """
        if field not in (*HOUSEHOLD_FIELDS, *MEMBER_FIELDS):
            return True
        if field == "id_no":
            good = sum(read_id(cell).is_valid for cell in cells)
        else:
            good = sum(not self._reader.read(field, cell).code for cell in cells)
        return bool(cells) and good >= _FITTING * len(cells)

    def guess(self, cells: Sequence[object]) -> str:
        """Return the one field that these values can only be; "" if that is not sure."""
        if len(cells) < _FEWEST:
            return ""
        enough = _SURE * len(cells)
        if sum(read_id(cell).is_valid for cell in cells) >= enough:
            return "id_no"
        texts = [folded(cell) for cell in cells]
        if len(set(texts)) < 2:
            return ""
        sure = [f for f, own in self._own.items() if sum(text in own for text in texts) >= enough]
        return sure[0] if len(sure) == 1 else ""

    @staticmethod
    def guess_of_list(cells: Sequence[object]) -> str:
        """Return the field of a list from above that these values can only be; "" if none."""
        texts = [folded(cell) for cell in cells]
        for field, looks in _OF_LISTS.items():
            if texts and all(looks.fullmatch(text) for text in texts):
                return field
        return ""
