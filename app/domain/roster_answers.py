"""What becomes of a row of a list from above, and what is answered to it."""

from dataclasses import dataclass

from app.domain.roster_list import ListRow, TiedRow

MATCHED = frozenset(("matched", "matched_by_household_and_name", "household_mismatch"))
STATUS_WORDS = {
    "matched": "是本村的人",
    "matched_by_household_and_name": "按户号和姓名认出",
    "household_mismatch": "是本村的人，户号不一致",
    "duplicate": "和前面一行重复",
    "name_mismatch": "证件号和姓名对不上",
    "id_invalid": "证件号不对，认不出是谁",
    "no_id": "没有证件号，认不出是谁",
    "other_village": "不是本村的人",
    "not_in_roster": "本村名册里没有这个人",
}
_TEXT_FIELDS = ("department", "warning_type", "doubt_type")


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """The answer to one row: whether it has been looked into, and what came out."""

    is_done: bool
    result: str
    on: str = ""


def subject_of(row: ListRow) -> str:
    """Return what a row is about, the same each time the list comes."""
    told = row.details.get("data_on") or row.details.get("reply_by") or ""
    return f"{row.subject}/{told[:7]}"


def words_of(tied: TiedRow) -> str:
    """Return a clue's or doubt's text: who says what about whom."""
    parts = [tied.row.details.get(name, "") for name in _TEXT_FIELDS]
    words = "：".join(dict.fromkeys(filter(None, parts))) or tied.row.subject
    amount = tied.row.details.get("amount")
    return f"{words}（{tied.row.name}）" + (f"，涉及{amount}元" if amount else "")


def unknown_answer(tied: TiedRow) -> ListAnswer:
    """Return the answer to a row that is nobody of the roster."""
    return ListAnswer(True, STATUS_WORDS[tied.status])
