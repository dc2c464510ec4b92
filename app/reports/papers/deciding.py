"""评 and 录: the meeting, what the levels say to it, what is typed into the national system."""

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
    county,
    form,
    home_of,
    household,
    income,
    people,
    township,
    type_of,
    votes,
)

_NAMES_A_LINE = 4
_FEWEST, _MOST = 5, 12  # lines of the attendance
_MATTERS = {"propose-clear-out": "清退监测对象"}


def meeting(source: PaperSource) -> PaperForm:
    """Return 会议记录: attendance and votes."""
    home, own = home_of(source), source.deed.action if source.deed else ""
    usual = "风险消除" if source.is_removal else "纳入监测对象"
    matter = f"{home.head_name}户（{home.hamlet_group}，{len(home.present)}人）{{}}"
    fields = Grid(
        (
            Entry("会议日期", source.said("meeting_on")),
            Entry("会议地点"),
            Entry("主持人"),
            Entry("记录人"),
            Entry("应到人数"),
            Entry("到会人数", source.said("present")),
            Entry("评议事项", matter.format(_MATTERS.get(own, usual)), is_wide=True),
        )
    )
    columns = tuple(
        ListColumn(word, 30, True) for word in ("同意（票）", "反对（票）", "弃权（票）", "结果")
    )
    counted = tuple(source.said(name) for name in ("votes_yes", "votes_no", "votes_abstain"))
    passed = "通过" if all(counted) else ""
    blocks: tuple[Block, ...] = (
        fields,
        Box("情况介绍\n和讨论", source.said("note"), 9),
        Roll("表决", columns, ((*counted, passed),)),
        _attendance(source.said("present")),
        Signing((Place("主持人"), Place("记录人"), Place(committee(source), has_seal=True))),
    )
    return form(source, "村民代表评议会会议记录", blocks)


def _attendance(present: str) -> Roll:
    """Return places for the names of those who came: one for each, four on a line."""
    count = int(present) if present.isdecimal() else 0
    lines = min(max(-(-count // _NAMES_A_LINE), _FEWEST), _MOST)
    columns = tuple(ListColumn("签名", 40, True) for _ in range(_NAMES_A_LINE))
    return Roll("到会人员签名", columns, (), lines)


def township_review(source: PaperSource) -> PaperForm:
    """Return 乡镇审核表 (B7, B13)."""
    met = source.last("publicise", "skip-publicity", "removal-deliberate",
                      "removal-skip-publicity")  # fmt: skip
    shown = source.last("end-publicity", "removal-publicise")
    objections = shown.values.get("objections", "") if shown else ""
    settled = shown.values.get("objections_settled", "") if shown else ""
    fields = Grid(
        (
            Entry("对象类型", type_of(source)),
            Entry("风险原因", causes_of(source)),
            Entry("村级评议", votes(met), is_wide=True),
            Entry("公示异议", "；".join(filter(None, (objections, settled))), is_wide=True),
            Entry("数据疑点", source.said("doubts") or ("无" if source.deed else "")),
            Entry("国家比对"),
        ),
        "村级程序和数据核对",
    )
    blocks: tuple[Block, ...] = (
        household(source),
        people(source),
        fields,
        Box("疑点说明", source.said("explanation"), 2),
        Opinion("乡镇审核意见", source.said("note")),
        Signing((Place("经办人"), Place("分管负责人"))),
    )
    title = "风险消除乡镇审核表" if source.is_removal else "监测对象乡镇审核表"
    return form(source, title, blocks)


def collection(source: PaperSource) -> PaperForm:
    """Return 信息采集表 (B10)."""
    home = home_of(source)
    helper = home.helpers[0] if home.helpers else None
    approved = source.last("approve")
    identified = source.facts.get("identified_on", "") or (
        approved.on.isoformat() if approved else ""
    )
    fields = Grid(
        (
            Entry("对象类型", type_of(source)),
            Entry("识别日期", identified),
            Entry("风险原因", causes_of(source), is_wide=True),
            Entry("批复文号", source.known("approval_no")),
            Entry("录入日期", source.known("entered_in_national_system_on")),
            Entry("帮扶责任人", helper.name if helper else ""),
            Entry("责任人单位", helper.organisation if helper else ""),
        ),
        "识别情况",
    )
    blocks: tuple[Block, ...] = (
        household(source),
        people(source),
        fields,
        income(source, "近12个月收入"),
        _measures(source),
        Signing((Place("采集人"), Place("审核人"), Place("录入人"))),
        Signing((Place(committee(source), has_seal=True), Place(township(source), has_seal=True))),
    )
    return form(source, "监测对象信息采集表", blocks)


def _measures(source: PaperSource) -> Roll:
    columns = (
        ListColumn("类别", 36), ListColumn("措施", 60), ListColumn("责任人", 24, True),
        ListColumn("状态", 22, True),
    )  # fmt: skip
    rows = tuple(
        (
            label("measure_category", one.category),
            "：".join(filter(None, (one.kind, one.content))),
            one.responsible_person,
            label("measure_state", one.state),
        )
        for one in home_of(source).measures
    )
    return Roll("帮扶措施", columns, rows, 0 if rows else 3)


def returned(source: PaperSource) -> PaperForm:
    """Return 退回单 of a case or a warning: why, and what is missing."""
    level = source.deed.level if source.deed else "township"
    office = county(source) if level == "county" else township(source)
    to = committee(source) if level == "township" else township(source)
    home = source.household
    usual = "风险消除" if source.is_removal else "监测对象识别"
    about = source.facts.get("message") or usual
    matter = f"{home.household_no}号户　{home.head_name}：{about}" if home else about
    fields = Grid(
        (
            Entry("退回单位", office),
            Entry("接收单位", to),
            Entry("退回事项", matter, is_wide=True),
            Entry("退回日期", source.deed.on.isoformat() if source.deed else ""),
            Entry("补充期限", source.said("due_on") or source.facts.get("due_on", "")),
        )
    )
    blocks: tuple[Block, ...] = (
        fields,
        Box("退回原因和要补充的材料", source.said("note"), 9),
        Box("补充情况", "", 9),
        Signing((Place(office, has_seal=True), Place("接收人"))),
    )
    return form(source, "退回单", blocks)
