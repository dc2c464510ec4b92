"""The life of a natural change (自然变更). Source: processes.md d, E1–E7.

Its effect on the roster comes only with «decide»; a change of head the village decides alone.
"""

from collections.abc import Mapping

from app.domain.lifecycle import Lifecycle
from app.domain.rows import row

OPEN, PENDING, DONE, RETURNED, CANCELLED = (
    "open", "pending_township", "done", "returned", "cancelled",
)  # fmt: skip
INCREASE, DECREASE = "increase", "decrease"
SPLIT, MERGE, HEAD_CHANGE = "household_split", "household_merge", "head_change"
EXTINCT = "household_extinct"
KINDS = (INCREASE, DECREASE, SPLIT, MERGE, HEAD_CHANGE, EXTINCT)
KIND_LABELS = {
    INCREASE: "自然增加", DECREASE: "自然减少", SPLIT: "分户", MERGE: "并户",
    HEAD_CHANGE: "户主变更", EXTINCT: "整户消亡",
}  # fmt: skip
_ACTIONS = {"split": SPLIT, "merge": MERGE, "change-head": HEAD_CHANGE, "extinguish": EXTINCT}
INCREASE_REASONS = {
    "birth": "出生", "marry_in": "婚入", "move_in": "迁入", "adopt": "收养",
    "released": "刑满回归", "demobilised": "退役回归", "other_in": "其他转入",
}  # fmt: skip
DECREASE_STATUS = {  # reason → what the member is from then on
    "death": "dead", "marry_out": "married_out", "move_out": "moved_out", "enlist": "enlisted",
    "imprisoned": "imprisoned", "emigrated": "emigrated", "lost": "missing",
    "deregistered": "deregistered", "other_out": "other_out",
}  # fmt: skip
DECREASE_REASONS = {
    "death": "死亡", "marry_out": "婚出", "move_out": "迁出", "enlist": "参军",
    "imprisoned": "判刑收监", "emigrated": "出国定居", "lost": "失联",
    "deregistered": "户籍注销", "other_out": "其他转出",
}  # fmt: skip
HEAD_REASONS = {"death": "死亡", "marry_out": "婚出", "old_age": "年老", "other": "其他"}
RETURNS = frozenset({"released", "demobilised"})  # somebody of the book who comes back
SPLIT_ITEM = "split"  # the entry of EV-03 that leads to a 分户
HEAD_AGE = 16

DATA = frozenset(  # what a change may tell: of the change, of a new member, of who goes where
    {
        "reason", "effective_on", "proof", "member_id", "name", "relation", "sex", "birth_date",
        "id_no", "ethnicity", "education", "labor_skill", "medical_insurance",
        "disability_cert_no", "member_ids", "head_id", "relations", "target_household_id",
        "household_no",
    }
)  # fmt: skip
_DATA = " ".join(sorted(DATA))
_REPORTED = {INCREASE, DECREASE, SPLIT, MERGE, EXTINCT}


def _kinds(state: str) -> dict[str, str]:
    return dict.fromkeys(sorted(_REPORTED), state)


NATURAL_CHANGE = Lifecycle(
    "natural_change",
    OPEN,
    (
        row(
            "E submit open village", "上报", _kinds(PENDING), takes=_DATA, limit="town_review_days"
        ),
        row("E5 decide open village", "办理", {HEAD_CHANGE: DONE}, takes=_DATA),
        row("E decide pending_township township", "办理", _kinds(DONE), prints=("自然变更表",)),
        row("E return pending_township township", "退回", RETURNED, "note"),
        row("E resubmit returned village", "补充再报", PENDING, "note", takes=_DATA),
        row("E7 withdraw open+pending_township+returned village", "撤回", CANCELLED, "note"),
    ),
    frozenset({DONE, CANCELLED}),
    takes=frozenset({"photo"}),
)
REPORTED = frozenset({PENDING, DONE, CANCELLED, RETURNED})
"""States in which the village has done its part, for closing the month."""


def kind_named(text: str) -> str:
    """Return the kind that the column «action» of E1–E6 names; other words stay as they are."""
    return _ACTIONS.get(text, text)


def kind_of(reason: str) -> str:
    """Return the kind of change that an entry of EV-03 leads to."""
    if reason == SPLIT_ITEM:
        return SPLIT
    return INCREASE if reason in INCREASE_REASONS else DECREASE


def reason_label(kind: str, reason: str) -> str:
    """Return the Chinese word of a reason, "" for none."""
    return reasons_of(kind).get(reason, reason)


def reason_key(kind: str, text: str) -> str:
    """Return the key of a reason or of its Chinese word; other words stay as they are."""
    keys = {word: key for key, word in reasons_of(kind).items()}
    return keys.get(text.strip(), text.strip())


def reasons_of(kind: str) -> Mapping[str, str]:
    """Return key → Chinese word of the reasons that a kind may have; empty: none are asked."""
    own = {INCREASE: INCREASE_REASONS, DECREASE: DECREASE_REASONS, HEAD_CHANGE: HEAD_REASONS}
    return own.get(kind, {})
