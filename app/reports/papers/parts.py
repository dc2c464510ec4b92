"""Parts that many forms share: who the household is, its people, its income, its offices."""

from app.domain.household import Member
from app.domain.labels import label
from app.domain.listing import ListColumn
from app.domain.masking import masked_id_no, masked_phone
from app.domain.papers import Block, Deed, Entry, Grid, PaperForm, PaperSource, Roll, numbered
from app.domain.plan import PlanSource
from app.domain.plan_fields import age_text, money

_HEALTH = ("healthy", "chronic", "serious_illness", "disabled")
_FULL_LABOR = ("skilled", "ordinary")
_PEOPLE = (
    ListColumn("序号", 8, True), ListColumn("姓名", 18, True), ListColumn("关系", 13, True),
    ListColumn("性别", 9, True), ListColumn("年龄", 9, True), ListColumn("证件号码", 32, True),
    ListColumn("健康状况", 20, True), ListColumn("劳动技能", 20, True),
    ListColumn("就业或在校", 22, True),
)  # fmt: skip


def form(
    source: PaperSource,
    title: str,
    blocks: tuple[Block, ...],
    note: str = "",
) -> PaperForm:
    """Return a form with the usual head line."""
    home = source.household
    area = home.area if home else "".join(names_of(source))
    group = home.hamlet_group if home else ""
    number = f"户编号：{home.household_no}" if home else ""
    day = f"日期：{source.day.isoformat()}" if source.deed else "日期：　　　年　　月　　日"
    head = (f"{area}{group}" if number else area, number, day)
    return PaperForm(source.name, title, area, head, blocks, note)


def names_of(source: PaperSource) -> tuple[str, str, str]:
    """Return county, township and village."""
    offices = source.offices
    return offices.county, offices.township, offices.village


def home_of(source: PaperSource) -> PlanSource:
    """Return the household.

    Raises:
        LookupError: the thing has none; the paper is not for it.
    """
    if source.household is None:
        raise LookupError(source.name)
    return source.household


def household(source: PaperSource, title: str = "农户基本情况", *more: Entry) -> Grid:
    """Return who the household is; further entries follow."""
    home = home_of(source)
    labor = sum(member.labor_skill in _FULL_LABOR for member in home.present)
    return Grid(
        (
            Entry("户主姓名", home.head_name),
            Entry("村民小组", home.hamlet_group),
            Entry("家庭人口", f"{len(home.present)}人"),
            Entry("劳动力", f"{labor}人"),
            Entry("户属性", label("household_kind", home.household_kind)),
            Entry("联系电话", masked_phone(home.phone)),
            *more,
        ),
        title,
    )


def people(source: PaperSource, title: str = "家庭成员") -> Roll:
    """Return the people in the household, numbers masked."""
    home = home_of(source)
    rows = [_person(member, home) for member in home.present]
    return Roll(title, _PEOPLE, numbered(rows))


def _person(member: Member, home: PlanSource) -> tuple[str, ...]:
    health = "、".join(label("health", key) for key in _HEALTH if key in member.health)
    return (
        member.name,
        member.relation,
        label("sex", member.sex),
        age_text(member, home.printed_on),
        masked_id_no(member.id_no),
        health,
        label("labor_skill", member.labor_skill),
        member.school_status or label("employment", member.employment),
    )


def income(source: PaperSource, title: str) -> Roll:
    """Return the income of twelve months with a column to check it on the spot."""
    found = home_of(source).income
    rows = (
        ("工资性收入", money(found.wage), ""),
        ("生产经营净收入", money(found.business_net), ""),
        ("财产性收入", money(found.property_income), ""),
        ("转移性收入", money(found.transfer), ""),
        ("人均纯收入", money(found.per_capita), ""),
        ("12个月合规自付支出", money(found.selfpay), ""),
    )
    columns = (
        ListColumn("项目", 50), ListColumn("台账数（元）", 40, True),
        ListColumn("核实数（元）", 40, True),
    )  # fmt: skip
    window = f"（{found.window}）" if found.window else ""
    return Roll(title + window, columns, rows)


def type_of(source: PaperSource, name: str = "object_type") -> str:
    """Return the object type in Chinese, as the step or the case says."""
    return label("object_type", source.said(name) or source.known(name))


def causes_of(source: PaperSource) -> str:
    """Return the causes in Chinese, the main one first."""
    keys = (source.said("causes") or source.known("causes")).replace("、", ",").split(",")
    return "、".join(label("risk_cause", key.strip()) for key in keys if key.strip())


def votes(met: Deed | None) -> str:
    """Return a meeting's day and votes in words, "" without one."""
    if met is None:
        return ""
    yes, no, abstain = (met.values.get(f"votes_{way}", "") for way in ("yes", "no", "abstain"))
    on = met.values.get("meeting_on") or met.on.isoformat()
    return f"{on}，同意{yes}票，反对{no}票，弃权{abstain}票"


def township(source: PaperSource) -> str:
    """Return the township as it signs."""
    return f"{source.offices.township}人民政府" if source.offices.township else "乡镇人民政府"


def county(source: PaperSource) -> str:
    """Return the county as it signs."""
    return f"{source.offices.county}人民政府" if source.offices.county else "县人民政府"


def committee(source: PaperSource) -> str:
    """Return the village's committee as it signs."""
    return f"{source.offices.village}村民委员会" if source.offices.village else "村民委员会"
