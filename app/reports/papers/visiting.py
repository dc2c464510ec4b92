"""排 and 访: the clue, the task, the visit that verifies, the promise, the answer."""

from dataclasses import replace
from datetime import date

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
    Words,
    day_words,
)
from app.domain.plan_fields import age_text
from app.reports.papers.parts import (
    causes_of,
    committee,
    form,
    home_of,
    household,
    income,
    people,
    township,
    type_of,
)

_VISITED = Signing((Place("户主（或代签人及关系）"), Place("核查人员"), Place("核查人员")))
_GUARANTEES = (
    ("教育", "education"), ("医疗", "medical"), ("住房", "housing"), ("饮水", "water"),
    ("用电", "electricity"), ("广播电视", "tv"),
)  # fmt: skip
_SIGNS = {True: "√", False: "×"}


def clue(source: PaperSource) -> PaperForm:
    """Return 线索登记表 (B1), with what the township said to it."""
    accepted = source.last("accept", "exclude")
    fields = Grid(
        (
            Entry("线索来源", source.facts.get("clue_source_label", "")),
            Entry("平台编号", source.facts.get("platform_no", "")),
            Entry("收到日期", source.facts.get("received_on", "")),
            Entry("答复期限", source.facts.get("reply_due_on", "")),
        ),
        "线索",
    )
    said = f"{accepted.label}。{accepted.note}".strip() if accepted else ""
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        Box("线索内容", source.facts.get("text", ""), 8),
        Box("处理情况", "", 5),
        Signing((Place("登记人"), Place(committee(source), has_seal=True))),
        Opinion("乡镇受理意见", said),
    )
    made = form(source, "防止返贫监测线索登记表", blocks)
    left, middle, _ = made.head
    return replace(made, head=(left, middle, f"日期：{source.facts.get('received_on', '')}"))


def task(source: PaperSource) -> PaperForm:
    """Return 访查任务单 (B2): who visits whom, and what to bring back."""
    fields = Grid(
        (
            Entry("访查人员", source.said("team"), is_wide=True),
            Entry("线索来源", source.facts.get("clue_source_label", "")),
            Entry("完成期限", source.facts.get("visit_due_on", "")),
        ),
        "任务",
    )
    columns = (
        ListColumn("序号", 10, True), ListColumn("核实内容", 70), ListColumn("核实情况", 80),
    )  # fmt: skip
    asked = (
        "家庭人口、户籍和实际居住", "近12个月收入和合规自付支出", "义务教育、医疗、住房、饮水",
        "风险原因和已享受的政策", "负面清单有关情况", "本户的需求",
    )  # fmt: skip
    rows = tuple((str(number), text, "") for number, text in enumerate(asked, 1))
    blocks: tuple[Block, ...] = (
        household(source),
        fields,
        Box("线索内容", source.facts.get("text", ""), 5),
        Roll("入户要核实的", columns, rows),
        Box("注意事项", "两人以上入户，双方在入户核查表上签字，带回承诺授权书。", 2),
        Signing((Place(township(source), has_seal=True), Place("领受人"))),
    )
    return form(source, "入户访查任务单", blocks)


def verification(source: PaperSource) -> PaperForm:
    """Return 入户核查表 (B3, B12), to be signed by both sides."""
    found = Grid(
        (
            Entry("核查人员", source.said("team"), is_wide=True),
            Entry("拟定类型", type_of(source)),
            Entry("核查日期", source.deed.on.isoformat() if source.deed else ""),
            Entry("风险原因", causes_of(source), is_wide=True),
        ),
        "核查结论",
    )
    blocks: tuple[Block, ...] = (
        household(source),
        people(source, "家庭成员（逐人核对）"),
        income(source, "近12个月收入"),
        _guarantees(source),
        Box("负面清单核查", source.said("negative_conclusion"), 2),
        found,
        Box("农户需求", "", 3),
        Box("核查意见", source.said("note"), 3),
        _VISITED,
    )
    title = "风险消除入户核查表" if source.is_removal else "防止返贫监测入户核查表"
    return form(source, title, blocks)


def _guarantees(source: PaperSource) -> Roll:
    home = home_of(source)
    columns = (ListColumn("项目", 30), *(ListColumn(word, 20, True) for word, _ in _GUARANTEES))
    known = tuple(
        _SIGNS[home.guarantees[key]] if key in home.guarantees else "" for _, key in _GUARANTEES
    )
    when = f"（{home.guarantees_period}）" if home.guarantees_period else ""
    rows = ((f"月度监测{when}", *known), ("现场核实", *("",) * len(_GUARANTEES)))
    return Roll("两不愁三保障和饮水", columns, rows)


def letter(source: PaperSource) -> PaperForm:
    """Return 承诺授权书: numbers are written by those who sign, never printed."""
    home = home_of(source)
    signed = source.said("letter_signed_on")
    columns = (
        ListColumn("姓名", 24, True), ListColumn("与户主关系", 24, True),
        ListColumn("证件号码（本人填写）", 60), ListColumn("签字或按手印", 50),
    )  # fmt: skip
    adults = [m for m in home.present if not _is_minor(age_text(m, source.day))]
    rows = tuple((member.name, member.relation, "", "") for member in adults)
    promise = (
        (
            f"本户（户主{home.head_name}）承诺：向村、镇、县如实提供家庭人口、收入、支出、财产和"
            "享受政策的情况，没有隐瞒；情况有变化的，及时告诉村里。如有不实，愿意退出并承担相应责任。"
        ),
        (
            "本户共同生活的成年家庭成员授权县级有关部门，为防止返贫监测和帮扶的需要，依法查询和比对"
            "本户成员的户籍、车辆、房产、市场主体、社会保险、存款等信息，并只用于这一项工作。"
        ),
    )
    blocks: tuple[Block, ...] = (
        Words(promise),
        Roll("", columns, rows, 1),
        Grid((Entry("签字日期", signed, is_wide=True),)),
        Box("代签原因", "", 2),
        Signing((Place("户主（或代签人及关系）"), Place("见证人（核查人员）"))),
    )
    return form(source, "承诺授权书", blocks)


def _is_minor(age: str) -> bool:
    return age.isdecimal() and int(age) < 18


def reply(source: PaperSource) -> PaperForm:
    """Return 答复单 (B4, B9): why a household was not taken in, told to it."""
    home = home_of(source)
    deed = source.deed
    received = source.facts.get("received_on", "")
    when = day_words(date.fromisoformat(received)) if received else ""
    asked = f"你户于{when}反映的情况" if when else "你户的情况"
    office = committee(source) if deed and deed.level == "village" else township(source)
    told = source.said("told_on")
    blocks: tuple[Block, ...] = (
        Words(
            (f"{asked}，已经核实。按照防止返贫监测帮扶的有关规定，这次不纳入监测对象。",),
            home.head_name,
        ),
        Box("原因", source.said("note"), 6),
        Words(
            (
                (
                    f"如有不同意见，可以在收到后向{township(source)}提出。以后家庭情况有变化的，"
                    "可以随时再报。"
                ),
            )
        ),
        Grid((Entry("答复日期", told), Entry("办结日期", source.day.isoformat() if deed else ""))),
        Signing((Place(office, has_seal=True), Place("农户签收"))),
    )
    return form(source, "防止返贫监测答复单", blocks)
