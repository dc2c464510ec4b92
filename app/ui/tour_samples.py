"""What the tour shows where the replica has nothing: invented work on its own households."""

from dataclasses import replace
from datetime import timedelta

from app.domain.labels import label
from app.ops import roster_view, warnings
from app.ops.exchange_lines import ConflictLine, SideLine
from app.ops.items import Item
from app.ops.lives import Action
from app.ops.monitored import ToType
from app.ops.review import Queue, ReviewRow
from app.ui.page import Desk

_MOST = 9  # households that something is invented for
_NOTE, _PROOF = ("note",), ("note", "proof")
_ANSWERS = (Action("correct", "已更正", _NOTE), Action("confirm-ok", "确认无误", _NOTE))
_CHECKS = (
    Action("prove", "属实", _PROOF), Action("disprove", "不属实", _PROOF),
    Action("harmless", "不影响", _NOTE),
)  # fmt: skip
_DOUBTS = (
    ("data_doubt", "D-01", "orange", "证件号码不合规则，可能录错一位"),
    ("data_doubt", "D-05", "yellow", "已去世的人还在参保名单里"),
    ("negative_check", "N-01", "red", "名下有县城商品房，需要核实来源和居住情况"),
    ("negative_check", "N-03", "orange", "家里有人开办企业，注册资金20万元"),
)
_CHANGES = (
    ("increase", "birth", "自然增加·出生", "open", "待办理"),
    ("decrease", "move_out", "自然减少·迁出", "pending_township", "待镇审"),
)
_CHANGE_STEPS = {
    "village": (Action("submit", "上报", ()), Action("withdraw", "撤回", _NOTE)),
    "township": (Action("decide", "办理", ()), Action("return", "退回", _NOTE)),
    "county": (),
}


def doubts(desk: Desk) -> list[Item]:
    """Return doubts and findings of the negative list."""
    return [
        replace(
            item,
            subject=subject,
            title=f"{code} {message}",
            state="open",
            state_label="待核实",
            fields={
                "code": code, "severity": severity, "message": message, "member": item.head_name,
                "severity_label": label("severity", severity), "period": f"{desk.today():%Y-%m}",
            },
            actions=_ANSWERS if subject == "data_doubt" else _CHECKS,
        )
        for item, (subject, code, severity, message) in zip(_items(desk), _DOUBTS, strict=False)
    ]  # fmt: skip


def changes(desk: Desk) -> list[Item]:
    """Return natural changes that are not done yet."""
    return [
        replace(
            item,
            subject="natural_change",
            title=title,
            state=state,
            state_label=word,
            fields={
                "change_kind": kind, "reason": reason, "proof": "户口页",
                "effective_on": f"{desk.today():%Y-%m-%d}", "member": item.head_name,
            },
            actions=_CHANGE_STEPS[desk.store.level],
        )
        for item, (kind, reason, title, state, word) in zip(_items(desk), _CHANGES, strict=False)
    ]  # fmt: skip


def to_type(desk: Desk) -> list[ToType]:
    """Return what must still be typed into the national system."""
    homes = roster_view.list_households(desk.store)
    what = (("新识别对象", "enter"), ("风险消除", "removal-approve"), ("类型变更", "change-type"))
    return [
        ToType("", home.household_no, home.head_name, home.village, words, action, desk.today())
        for home, (words, action) in zip(homes, what, strict=False)
    ]


def conflict(desk: Desk) -> list[ConflictLine]:
    """Return a telephone that two laptops wrote differently."""
    homes = roster_view.list_households(desk.store)
    at = f"{desk.today():%Y-%m-%d}T02:40:00+00:00"
    sides = (
        SideLine("", {}, "张卫东", at, "village", True, "1", text="138****0001", base_text="空"),
        SideLine("", {}, "王芳", at, "township", False, "2", text="138****0055", base_text="空"),
    )
    return [
        ConflictLine("household", "", "phone", home.household_id, home.household_no, sides,
                     label="联系电话")
        for home in homes[:1]
    ]  # fmt: skip


def queue(desk: Desk) -> Queue:
    """Return warnings of the replica as if they waited for review, some without their proof."""
    lines = warnings.list_warnings(desk.store, desk.today(), only_open=False)
    proofs = ("照片", "电话", "")
    return Queue(
        tuple(
            ReviewRow(
                line, proofs[n % len(proofs)], "" if proofs[n % len(proofs)] else "缺现场照片",
                n == 1, desk.today() - timedelta(days=1),
            )
            for n, line in enumerate(lines)
        ),
        (),
    )  # fmt: skip


def _items(desk: Desk) -> list[Item]:
    """Return a thing of each of the first households, to be filled."""
    return [
        Item(
            "", "", home.household_id, home.household_no, home.head_name, home.village, "", "", "",
            desk.today(), None, overdue=False,
        )
        for home in roster_view.list_households(desk.store)[:_MOST]
    ]  # fmt: skip
