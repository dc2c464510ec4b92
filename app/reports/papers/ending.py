"""销 and what follows: removal with its preconditions, roll-back, another type, clear-out."""

from app.domain.labels import label
from app.domain.listing import ListColumn
from app.domain.papers import (
    Block,
    Box,
    Entry,
    Grid,
    Opinion,
    PaperForm,
    PaperSource,
    Place,
    Roll,
    Signing,
)
from app.reports.papers.parts import (
    causes_of,
    committee,
    form,
    household,
    income,
    people,
    type_of,
    votes,
)

_CHECKS = (
    ListColumn("序号", 10, True), ListColumn("条件", 70), ListColumn("达到", 16, True),
    ListColumn("情况", 64),
)  # fmt: skip


def removal(source: PaperSource) -> PaperForm:
    """Return 风险消除评估表 (B12): every precondition with ✓ or ✗."""
    overridden = set(source.said("overridden").split("、"))
    rows = tuple(
        (
            str(number),
            one.label,
            "✓" if one.ok else "✗",
            one.detail + ("（镇说明理由办理）" if one.key in overridden else ""),
        )
        for number, one in enumerate(source.checks, 1)
    )
    fields = Grid(
        (
            Entry("对象类型", type_of(source)),
            Entry("识别日期", source.facts.get("identified_on", "")),
            Entry("风险原因", causes_of(source), is_wide=True),
            Entry("消除方式", label("removal_way", source.said("removal_way"))),
            Entry("评估人员", source.said("team")),
        ),
        "监测情况",
    )
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        Roll("风险消除条件", _CHECKS, rows),
        income(source, "近12个月收入"),
        Box("评估意见", source.said("note"), 3),
        Signing((Place("户主（或代签人及关系）"), Place("评估人员"), Place("评估人员"))),
        Opinion("村级意见"),
        Opinion("镇级意见"),
    )
    return form(source, "监测对象风险消除评估表", blocks)


def rollback(source: PaperSource) -> PaperForm:
    """Return 回退审批表 (B14)."""
    fields = (
        Entry("消除日期", source.facts.get("eliminated_on", "")),
        Entry("消除方式", label("removal_way", source.facts.get("removal_way", ""))),
    )
    return _approval(source, "监测对象风险消除回退审批表", (*_object(source), *fields), "回退原因")


def change_type(source: PaperSource) -> PaperForm:
    """Return 类型变更表 (B16): old and new."""
    fields = (
        Entry("原类型", type_of(source, "object_type_was")),
        Entry("新类型", type_of(source)),
        Entry("识别日期", source.facts.get("identified_on", "")),
        Entry("批复文号", source.said("approval_no")),
        Entry("风险原因", causes_of(source), is_wide=True),
    )
    return _approval(source, "监测对象类型变更表", fields, "变更原因")


def clear_out(source: PaperSource) -> PaperForm:
    """Return 清退审批表 (B17): the reason of the list, with what proves it."""
    met = source.last("propose-clear-out")
    proof = "；".join(filter(None, (source.said("negative_codes"), source.said("proof"))))
    fields = (
        Entry("清退原因", source.said("reason"), is_wide=True),
        Entry("佐证", proof, is_wide=True),
        Entry("村级评议", votes(met), is_wide=True),
        Entry("批复文号", source.said("approval_no"), is_wide=True),
    )
    return _approval(source, "监测对象清退审批表", (*_object(source), *fields), "情况说明")


def _approval(source: PaperSource, title: str, fields: tuple[Entry, ...], reason: str) -> PaperForm:
    """Return a form with the household, the matter, and an opinion of every level."""
    blocks: tuple[Block, ...] = (
        household(source),
        Grid(fields, "监测情况"),
        Box(reason, source.said("note"), 2),
        *(Opinion(office, text) for office, text in _opinions(source)),
    )
    return form(source, title, blocks)


def _object(source: PaperSource) -> tuple[Entry, ...]:
    return (
        Entry("对象类型", type_of(source)),
        Entry("识别日期", source.facts.get("identified_on", "")),
        Entry("风险原因", causes_of(source), is_wide=True),
    )


def _opinions(source: PaperSource) -> tuple[tuple[str, str], ...]:
    before = {"清退审批表": "pass-clear-out", "类型变更表": "propose-type"}.get(source.name)
    passed = source.last(before) if before else None
    return ("村级意见", ""), ("镇级意见", passed.note if passed else ""), ("县级意见", "")


def natural_change(source: PaperSource) -> PaperForm:
    """Return 自然变更表 (E1–E6, B18)."""
    facts = source.facts
    fields = Grid(
        (
            Entry("变更类别", facts.get("change_kind_label", "整户消亡")),
            Entry("变更原因", facts.get("reason_label", "")),
            Entry("变更人员", facts.get("member", "")),
            Entry("变更日期", facts.get("effective_on", "")),
            Entry("佐证材料", facts.get("proof", ""), is_wide=True),
        ),
        "变更事项",
    )
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        people(source, "办理后的家庭成员" if source.deed else "家庭成员"),
        Box("情况说明", source.said("note"), 4),
        Signing((Place("申报人（户主或代办人）"), Place(committee(source), has_seal=True))),
        Opinion("镇级意见"),
    )
    return form(source, "农户自然变更表", blocks)
