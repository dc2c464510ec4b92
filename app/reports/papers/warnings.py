"""The papers of warnings: lists for the reviews, the order to a department, the way to 销号."""

from collections.abc import Sequence
from dataclasses import replace

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
    numbered,
)
from app.reports.papers.parts import committee, county, form, household, township

_LIST = (
    ListColumn("序号", 9, True), ListColumn("村", 22, True), ListColumn("户编号", 16, True),
    ListColumn("户主", 18, True), ListColumn("对象", 18, True), ListColumn("编号", 15, True),
    ListColumn("事项", 60), ListColumn("级别", 10, True), ListColumn("发现日期", 24, True),
    ListColumn("到期日", 24, True), ListColumn("责任部门", 26),
)  # fmt: skip
_ORDER = (
    ListColumn("序号", 9, True), ListColumn("村", 18, True), ListColumn("户编号", 14, True),
    ListColumn("户主", 17, True), ListColumn("对象", 16, True), ListColumn("事项", 42),
    ListColumn("级别", 9, True), ListColumn("限期", 23, True), ListColumn("措施", 40),
    ListColumn("责任人", 20, True), ListColumn("完成日", 23, True), ListColumn("结果", 40),
)  # fmt: skip


def first_review(source: PaperSource) -> PaperForm:
    """Return 初审清单 (A5)."""
    return _list(source, "预警初审清单", township(source))


def determined(source: PaperSource) -> PaperForm:
    """Return 预警监测对象名单 (A7)."""
    return _list(source, "预警监测对象名单", county(source))


def closed(source: PaperSource) -> PaperForm:
    """Return 已销号台账 (A15)."""
    return _list(source, "已销号台账", township(source))


def _list(source: PaperSource, title: str, office: str) -> PaperForm:
    columns = _LIST
    if source.name == "已销号台账":
        columns = (*_LIST[:-2], ListColumn("销号日期", 24, True), _LIST[-1])
    blocks: tuple[Block, ...] = (
        Roll("", columns, numbered(source.lines)),
        Signing((Place("制表人"), Place("审核人"), Place(office, has_seal=True))),
    )
    note = f"共{len(source.lines)}条"
    made = replace(form(source, title, blocks), is_lying=True)
    return replace(made, area="".join((source.offices.county, source.offices.township)),
                   head=(source.offices.county + source.offices.township, note,
                         made.head[2]))  # fmt: skip


def order(source: PaperSource) -> PaperForm:
    """Return 部门交办单: one line a measure; the department writes the last four columns."""
    rows = tuple(
        (
            one.village, one.household_no, one.head_name, one.subject, one.matter,
            label("severity", one.severity), one.due_on, one.measure, one.responsible_person,
            one.done_on, one.result,
        )
        for one in source.orders
    )  # fmt: skip
    office = county(source) if source.facts.get("level") == "county" else township(source)
    words = (
        f"请在限期内办理，并把“措施、责任人、完成日、结果”填好退回{office}；"
        "同一份表的电子版可以直接读回。"
    )
    blocks: tuple[Block, ...] = (
        Roll("", _ORDER, numbered(rows)),
        Box("说明", words, 1),
        Signing((Place(f"交办单位　{office}", has_seal=True),
                 Place(f"承办单位　{source.department}", has_seal=True),
                 Place("承办人"))),
    )  # fmt: skip
    made = form(source, f"{source.department}防止返贫监测交办单", blocks)
    head = (f"承办单位：{source.department}", f"共{len(rows)}条", made.head[2])
    return replace(made, is_lying=True, head=head, area=_place(source))


def _place(source: PaperSource) -> str:
    return source.offices.county + source.offices.township


def follow_up(source: PaperSource) -> PaperForm:
    """Return 回访记录: somebody else than who remedied looked whether it holds."""
    fields = Grid(
        (
            Entry("回访日期", source.facts.get("visited_on", "")),
            Entry("回访方式", source.facts.get("visit_way_label", "")),
            Entry("回访人", source.facts.get("visitor", "")),
            Entry("见到的人", source.facts.get("met_member", "")),
            *_matter(source),
        ),
        "回访",
    )
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        _delivered(source),
        Box("回访情况", source.facts.get("content", ""), 8),
        Signing((Place("受访人"), Place("回访人"))),
    )
    made = form(source, "回访记录", blocks)
    left, middle, _ = made.head
    return replace(made, head=(left, middle, f"日期：{source.facts.get('visited_on', '')}"))


def request(source: PaperSource) -> PaperForm:
    """Return 销号申请表 (A14)."""
    done = source.last("done")
    fields = Grid(
        (
            *_matter(source),
            Entry("补短完成日", done.on.isoformat() if done else ""),
            Entry("申请日期", source.deed.on.isoformat() if source.deed else ""),
        ),
        "预警",
    )
    level = source.deed.level if source.deed else "township"
    offices = {"village": committee(source), "county": source.facts.get("department", "")}
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        _delivered(source),
        Box("补短结果", done.note if done else "", 2),
        Box("回访或\n达标情况", source.facts.get("content", ""), 2),
        Signing((Place("申请人"), Place(offices.get(level) or township(source), has_seal=True))),
        Opinion("镇级意见"),
    )
    return form(source, "预警销号申请表", blocks)


def check(source: PaperSource) -> PaperForm:
    """Return 销号审核表 (A15)."""
    done, asked = source.last("done"), source.last("request-close")
    fields = Grid(
        (
            *_matter(source),
            Entry("补短完成日", done.on.isoformat() if done else ""),
            Entry("申请日期", asked.on.isoformat() if asked else ""),
            Entry("核实人", source.said("checker")),
            Entry("核实日期", source.deed.on.isoformat() if source.deed else ""),
            Entry("核实方式", source.said("check_way")),
            Entry("行业系统更新", source.said("system_updated_on")),
        ),
        "预警和核实",
    )
    own = source.deed.level if source.deed else "county"
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        _delivered(source),
        Box("核实情况", source.said("note"), 4),
        *_closing_opinions(source, own),
    )
    return form(source, "预警销号审核表", blocks)


def _closing_opinions(source: PaperSource, own: str) -> Sequence[Opinion]:
    levels = ("township", "county") if own == "county" else ("township",)
    names = {"township": "镇级", "county": "县级"}
    words = {
        level: "已核实，同意销号。" if source.deed and level == own else "" for level in levels
    }
    return tuple(Opinion(f"{names[level]}审核意见", words[level]) for level in levels)


def _matter(source: PaperSource) -> tuple[Entry, ...]:
    facts = source.facts
    return (
        Entry("预警事项", facts.get("message", ""), is_wide=True),
        Entry("预警编号", facts.get("code", "")),
        Entry("对象", facts.get("member", "") or "全户"),
        Entry("级别", label("severity", facts.get("severity", ""))),
        Entry("责任部门", facts.get("department", "")),
        Entry("发现日期", facts.get("opened_on", "")),
        Entry("限期", facts.get("due_on", "")),
    )


def _delivered(source: PaperSource) -> Roll:
    columns = (
        ListColumn("措施", 60), ListColumn("责任人", 24, True), ListColumn("完成日", 26, True),
        ListColumn("结果", 50),
    )  # fmt: skip
    rows = tuple(
        (one.measure, one.responsible_person, one.done_on, one.result)
        for one in source.orders
        if one.measure
    )
    return Roll("帮扶措施", columns, rows, 0 if rows else 2)
