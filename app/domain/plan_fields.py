"""The allow-list of the plan sheet: every field names the editions that may show it.

What is not named for an edition cannot get onto its paper: 存档版 (for the file) and 上墙版
(hangs in the house). Never on the wall: numbers of certificates, telephones and accounts,
health and disability, amounts of income and aid, anything about a child in trouble. The
village's own words on the needs get there only where a person looked at them and said so; needs
and targets in which the list of telling words finds something stay in the file even then.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from app.domain import words
from app.domain.household import Member
from app.domain.labels import label
from app.domain.masking import masked_account, masked_id_no, without_numbers
from app.domain.period import Period, years_between
from app.domain.plan import (
    Block,
    Edition,
    Item,
    PlanDocument,
    PlanHelper,
    PlanMeasure,
    PlanSource,
    PlanVisit,
    PlanWarning,
)

BLANK_MEASURES = 5  # an empty plan is filled in by hand
LAST_VISITS = 12
NOTHING_KNOWN = "—"

Subject = TypeVar("Subject")
Numbered = tuple[int, PlanMeasure]


@dataclass(frozen=True, slots=True)
class Field(Generic[Subject]):
    """One value of a subject (a member, a measure, the household itself) as text."""

    key: str
    label: str
    editions: frozenset[Edition]
    text: Callable[[Subject, PlanSource], str]


@dataclass(frozen=True, slots=True)
class Columns(Generic[Subject]):
    """A table of the sheet; ``blank_rows`` are left for handwriting if it has no row."""

    key: str
    title: str
    fields: tuple[Field[Subject], ...]
    blank_rows: int = 0


_BOTH = frozenset(Edition)
_FILE = frozenset({Edition.ARCHIVE})


def plan_document(source: PlanSource, edition: Edition) -> PlanDocument:
    """Return the sheet of one household in one edition.

    Words that must not be read to a farmer are softened everywhere: the farmer signs the one
    edition and lives with the other.
    """
    blocks = [block for block in _blocks(source, edition) if _has_place(block, edition)]
    return PlanDocument(
        edition=edition,
        area=source.area,
        title=f"{source.year} 年“一户一策”帮扶计划表",
        household_no=source.household_no,
        head_name=without_numbers(source.head_name),
        printed_on=source.printed_on,
        policy_version=source.policy_version,
        blocks=tuple(_said(block, source.soft_words, edition) for block in blocks),
        signatures=_SIGNATURES[edition],
        note=_NOTES[edition],
        household_id=source.household_id,
        reprint=source.reprint,
    )


_SIGNATURES: Mapping[Edition, tuple[str, ...]] = {
    Edition.ARCHIVE: (
        "户主（或代签人及关系）", "帮扶责任人", "驻村工作队", "村委会（盖章）", "乡镇审核（盖章）",
    ),
    Edition.WALL: ("户主（或代签人及关系）", "帮扶责任人", "村委会（盖章）"),
}  # fmt: skip
_NOTES: Mapping[Edition, str] = {
    Edition.ARCHIVE: "",
    Edition.WALL: "本页不含证件、电话、账户和健康信息",
}


def _blocks(source: PlanSource, edition: Edition) -> Iterator[Block]:
    measures = tuple(enumerate((m for m in source.measures if _may_show(m, edition)), 1))
    yield _items("basic", "基本情况", BASIC, source, edition)
    yield _table(MEMBERS, source.present, source, edition)
    yield _items(
        "guarantees",
        _dated("三保障及一超六有", source.guarantees_period),
        GUARANTEES,
        source,
        edition,
    )
    yield _items("income", _dated("收入（元）", source.income.window), INCOME, source, edition)
    yield _table(WARNINGS, source.warnings, source, edition)
    yield _items("needs", "需求", NEEDS, source, edition)
    yield _table(MEASURES, measures, source, edition)
    yield _table(HELPERS, source.helpers, source, edition)
    yield _items("goals", "年度目标与时限", GOALS, source, edition)
    yield _table(VISITS, source.visits[:LAST_VISITS], source, edition)
    yield _table(RESULTS, measures, source, edition)


def _has_place(block: Block, edition: Edition) -> bool:
    """Tell whether a block stands on the sheet: on the wall no empty one, but the measures."""
    if not block.items and not block.columns:
        return False
    has_words = bool(block.rows) or any(item.value for item in block.items)
    return has_words or edition is Edition.ARCHIVE or block.key == MEASURES.key


def _items(
    key: str,
    title: str,
    fields: tuple[Field[PlanSource], ...],
    source: PlanSource,
    edition: Edition,
) -> Block:
    hidden = _CHOSEN if edition is Edition.WALL and not source.shows_words else frozenset()
    allowed = (f for f in fields if edition in f.editions and f.key not in hidden)
    items = tuple(Item(f.key, f.label, f.text(source, source)) for f in allowed)
    return Block(key, title, items=items)


def _table(
    kind: Columns[Subject],
    subjects: tuple[Subject, ...],
    source: PlanSource,
    edition: Edition,
) -> Block:
    allowed = [f for f in kind.fields if edition in f.editions]
    return Block(
        kind.key,
        kind.title,
        columns=tuple((f.key, f.label) for f in allowed),
        rows=tuple(tuple(f.text(one, source) for f in allowed) for one in subjects),
        blank_rows=kind.blank_rows,
    )


def _said(block: Block, soft_words: Mapping[str, str], edition: Edition) -> Block:
    """Return a block in words that may stand on this edition."""

    def soft(text: str, key: str = "") -> str:
        for hard, mild in soft_words.items():
            text = text.replace(hard, mild)
        is_open = edition is Edition.ARCHIVE or key in _PUBLIC_NUMBERS
        return text if is_open else without_numbers(text)

    keys = [key for key, _ in block.columns]

    def free(item: Item) -> str:
        is_free = edition is Edition.WALL and item.key in _FREE_TEXTS
        return NOT_FOR_THE_WALL if is_free and _TELLING.search(item.value) else soft(item.value)

    return replace(
        block,
        items=tuple(replace(item, value=free(item)) for item in block.items),
        rows=tuple(tuple(map(soft, row, keys)) for row in block.rows),
    )


def _may_show(measure: PlanMeasure, edition: Edition) -> bool:
    """Return whether a measure may be named: on the wall none that tells of health or hardship.

    Such are all of the health category, the kinds of other categories that only the ill, the
    disabled, orphans or the poorest get, and what an office for these people does.
    """
    if edition is not Edition.WALL:
        return True
    is_telling = _TELLING_KINDS.search(measure.kind) or _TELLING_OFFICES.search(measure.department)
    return measure.category not in _TELLING_CATEGORIES and not is_telling


NOT_FOR_THE_WALL = "（不宜上墙，见存档版）"
_TELLING_CATEGORIES = frozenset({"health", "compulsory_education"})
_TELLING_KINDS = re.compile("残疾|康复|病(?!虫)|(?<!兽)医|低保|特困|孤儿|救助|赡养|理赔")
_TELLING_OFFICES = re.compile("残联|残疾|(?<!兽)医|卫健|卫生")  # a vet tells nothing
_TELLING = re.compile(
    "病(?!虫)|残|癌|瘤|智力|智障|精神|抑郁|自闭|痴呆|癫|痫|瘫|中风|脑梗|心梗|心脏|血压|血糖|糖尿"
    "|肝炎|乙肝|肾|肺|艾滋|HIV|衰竭|截肢|聋|哑|失明|盲(?!目)|轮椅|卧床|白血|帕金森|孕妇|怀孕|流产"
    "|康复|住院|手术|化疗|放疗|透析|服药|吃药|用药|药费|(?<!兽)医|发烧|烧伤|烫伤|车祸|性侵"
    "|低保|特困|五保|孤儿|孤残|留守|困境|离异|离婚|辍学"
    "|刑|监狱|坐牢|矫正|强制隔离|毒(?!素)|举报|信访|上访|家暴|自杀"
    "|身份证|证号|尾号|账号|账户|卡号|存款|欠债|欠款|负债"
    r"|[月年]收入(?!达|增|提|目标)[^，。；]{0,2}[\d一二三四五六七八九十]"
    "|[零〇一二三四五六七八九]{7,}"
)
_PUBLIC_NUMBERS = frozenset({"public_phone"})  # its owner has said that it may hang there
_FREE_TEXTS = frozenset({"needs", "removal_target", "guarantee_target"})
_CHOSEN = frozenset({"needs"})  # block 5 of plan.md: on the wall where the village chose so


# -- texts ------------------------------------------------------------------------------------


def age_text(member: Member, day: date) -> str:
    """Return completed years on ``day``, from the month alone where only that is known."""
    if member.birth_date is not None:
        return str(max(0, years_between(member.birth_date, day)))
    if member.birth_month:
        born = Period.parse(member.birth_month)
        return str(max(0, (day.year - born.year) - (day.month < born.month)))
    return NOTHING_KNOWN


def money(amount: Decimal | None) -> str:
    """Return yuan as people read them; "" if unknown, for someone to write it in."""
    return "" if amount is None else words.money(amount)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _span(start: date | None, end: date | None) -> str:
    if end is None:
        return "" if start is None else f"{start.isoformat()}起"
    return f"{_day(start)}\n至{end.isoformat()}" if start is not None else f"至{end.isoformat()}"


def _dated(title: str, when: str) -> str:
    return f"{title}　{when}" if when else title


def _labor_count(source: PlanSource) -> str:
    full = ("skilled", "ordinary")  # LABOR_FULL: weak or half labour does not count
    return str(sum(m.labor_skill in full for m in source.present))


def _head(source: PlanSource) -> Member | None:
    present = source.present
    return next((m for m in present if m.relation == "户主"), present[0] if present else None)


def _head_id(source: PlanSource) -> str:
    head = _head(source)
    return masked_id_no(head.id_no) if head is not None else ""


def _object_text(source: PlanSource) -> str:
    monitored = source.monitored
    return NOTHING_KNOWN if monitored is None else label("object_type", monitored.object_type)


def _identified_text(source: PlanSource) -> str:
    monitored = source.monitored
    if monitored is None:
        return NOTHING_KNOWN
    return "" if monitored.identified_on is None else str(monitored.identified_on)


def _case_state_text(source: PlanSource) -> str:
    monitored = source.monitored
    return NOTHING_KNOWN if monitored is None else label("case_state", monitored.case_state)


def _causes_text(source: PlanSource) -> str:
    monitored = source.monitored
    if monitored is None:
        return NOTHING_KNOWN
    causes = "、".join(label("risk_cause", cause) for cause in monitored.causes)
    return f"{causes}（{monitored.cause_note}）" if monitored.cause_note else causes


def _occupation(member: Member) -> str:
    return member.school_status or label("employment", member.employment) or NOTHING_KNOWN


def _health(member: Member) -> str:
    order = ("healthy", "chronic", "serious_illness", "disabled")
    return "、".join(label("health", key) for key in order if key in member.health)


def _disability(member: Member) -> str:
    if not member.disability_kind and not member.disability_grade:
        return NOTHING_KNOWN
    grades = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}
    grade = grades.get(member.disability_grade, "")
    return label("disability_kind", member.disability_kind) + grade


def _support(member: Member) -> str:
    found = [word for has, word in ((member.has_dibao, "低保"), (member.has_tekun, "特困")) if has]
    return "、".join(found) or NOTHING_KNOWN


def _guarantee(key: str) -> Callable[[PlanSource, PlanSource], str]:
    signs = {True: "√ 达标", False: "× 未达标", None: "未核实"}
    return lambda source, _: signs[source.guarantees.get(key)]


def _measure_text(numbered: Numbered, _: PlanSource) -> str:
    measure = numbered[1]
    return "：".join(part for part in (measure.kind, measure.content) if part)


def _state_text(numbered: Numbered, _: PlanSource) -> str:
    measure = numbered[1]
    carried = "\n（结转）" if measure.is_carried_over else ""
    return label("measure_state", measure.state) + carried


def _helper_phone(helper: PlanHelper) -> str:
    return helper.phone if helper.is_phone_public else ""


# -- the list itself --------------------------------------------------------------------------

BASIC: tuple[Field[PlanSource], ...] = (
    Field("head_name", "户主姓名", _BOTH, lambda s, _: s.head_name),
    Field("counted_members", "家庭人口", _BOTH, lambda s, _: f"{len(s.present)} 人"),
    Field("labor_count", "劳动力人数", _BOTH, lambda s, _: f"{_labor_count(s)} 人"),
    Field("household_kind", "户属性", _BOTH,
          lambda s, _: label("household_kind", s.household_kind)),
    Field("hamlet_group", "村民小组", _BOTH, lambda s, _: s.hamlet_group),
    Field("management_class", "管理类别", _FILE,
          lambda s, _: label("management_class", s.management_class) or NOTHING_KNOWN),
    Field("head_id_no", "户主身份证号", _FILE, lambda s, _: _head_id(s)),
    Field("phone", "联系电话", _FILE, lambda s, _: s.phone),
    Field("bank_account", "开户账号", _FILE, lambda s, _: masked_account(s.bank_account)),
    Field("visit_frequency", "走访频次", _FILE, lambda s, _: s.visit_frequency),
    Field("object_type", "监测对象类型", _FILE, lambda s, _: _object_text(s)),
    Field("identified_on", "识别日期", _FILE, lambda s, _: _identified_text(s)),
    Field("case_state", "风险状态", _FILE, lambda s, _: _case_state_text(s)),
    Field("causes", "风险原因", _FILE, lambda s, _: _causes_text(s)),
)  # fmt: skip

MEMBERS: Columns[Member] = Columns("members", "家庭成员", (
    Field("name", "姓名", _BOTH, lambda m, _: m.name),
    Field("relation", "关系", _BOTH, lambda m, _: m.relation),
    Field("sex", "性别", _FILE, lambda m, _: label("sex", m.sex)),
    Field("age", "年龄", _FILE, lambda m, s: age_text(m, s.printed_on)),
    Field("labor_skill", "劳动技能", _FILE, lambda m, _: label("labor_skill", m.labor_skill)),
    Field("occupation", "就业/在校", _FILE, lambda m, _: _occupation(m)),
    Field("health", "健康状况", _FILE, lambda m, _: _health(m)),
    Field("disability", "残疾类别等级", _FILE, lambda m, _: _disability(m)),
    Field("support", "低保/特困", _FILE, lambda m, _: _support(m)),
))  # fmt: skip

GUARANTEES: tuple[Field[PlanSource], ...] = (
    Field("education", "义务教育", _FILE, _guarantee("education")),
    Field("medical", "基本医疗", _FILE, _guarantee("medical")),
    Field("housing", "住房安全", _BOTH, _guarantee("housing")),
    Field("water", "饮水安全", _BOTH, _guarantee("water")),
    Field("electricity", "生活用电", _BOTH, _guarantee("electricity")),
    Field("tv", "广播电视", _BOTH, _guarantee("tv")),
    Field("income", "收入超线", _FILE, _guarantee("income")),
)

INCOME: tuple[Field[PlanSource], ...] = (
    Field("wage", "工资性收入", _FILE, lambda s, _: money(s.income.wage)),
    Field("business_net", "生产经营净收入", _FILE, lambda s, _: money(s.income.business_net)),
    Field("property", "财产性收入", _FILE, lambda s, _: money(s.income.property_income)),
    Field("transfer", "转移性收入", _FILE, lambda s, _: money(s.income.transfer)),
    Field("per_capita", "人均纯收入", _FILE, lambda s, _: money(s.income.per_capita)),
    Field("selfpay", "合规自付支出", _FILE, lambda s, _: money(s.income.selfpay)),
)

WARNINGS: Columns[PlanWarning] = Columns("warnings", "存在问题与预警", (
    Field("item", "事项", _FILE, lambda w, _: w.item),
    Field("severity", "级别", _FILE, lambda w, _: label("severity", w.severity)),
    Field("opened_on", "发现日期", _FILE, lambda w, _: _day(w.opened_on)),
    Field("due_on", "到期日", _FILE, lambda w, _: _day(w.due_on)),
    Field("department", "责任部门", _FILE, lambda w, _: w.department),
))  # fmt: skip

NEEDS: tuple[Field[PlanSource], ...] = (
    Field("needs", "需求", frozenset({Edition.WALL}), lambda s, _: s.goals.needs),
)

MEASURES: Columns[Numbered] = Columns("measures", "帮扶措施", (
    Field("number", "序号", _BOTH, lambda m, _: str(m[0])),
    Field("category", "类别", _BOTH, lambda m, _: label("measure_category", m[1].category)),
    Field("content", "措施内容", _FILE, _measure_text),
    Field("kind", "措施", frozenset({Edition.WALL}), lambda m, _: m[1].kind),
    Field("beneficiary", "受益人", _FILE, lambda m, _: m[1].beneficiary or "全户"),
    Field("department", "责任单位", _BOTH, lambda m, _: m[1].department),
    Field("responsible_person", "责任人", _BOTH, lambda m, _: m[1].responsible_person),
    Field("span", "起止时间", _BOTH, lambda m, _: _span(m[1].start_on, m[1].end_on)),
    Field("amount", "金额（元）", _FILE, lambda m, _: money(m[1].amount)),
    Field("state", "状态", _BOTH, _state_text),
), BLANK_MEASURES)  # fmt: skip

HELPERS: Columns[PlanHelper] = Columns("helpers", "帮扶责任人", (
    Field("duty", "职责", _BOTH, lambda h, _: h.duty),
    Field("name", "姓名", _BOTH, lambda h, _: h.name),
    Field("organisation", "单位", _BOTH, lambda h, _: h.organisation),
    Field("post", "职务", _FILE, lambda h, _: h.post),
    Field("span", "起止日期", _FILE, lambda h, _: _span(h.assigned_on, h.ended_on)),
    Field("phone", "电话", _FILE, lambda h, _: h.phone),
    Field("public_phone", "办公电话", frozenset({Edition.WALL}), lambda h, _: _helper_phone(h)),
), 2)  # fmt: skip

GOALS: tuple[Field[PlanSource], ...] = (
    Field("removal_target", "风险消除目标", _BOTH, lambda s, _: s.goals.removal),
    Field("income_target", "增收目标（元）", _FILE, lambda s, _: money(s.goals.income)),
    Field("guarantee_target", "三保障目标", _BOTH, lambda s, _: s.goals.guarantees),
)

VISITS: Columns[PlanVisit] = Columns("visits", f"走访记录（最近{LAST_VISITS}次）", (
    Field("visited_on", "日期", _BOTH, lambda v, _: _day(v.visited_on)),
    Field("visitor", "走访人", _BOTH, lambda v, _: v.visitor),
    Field("way", "方式", _FILE, lambda v, _: label("visit_way", v.way)),
    Field("content", "内容", _FILE, lambda v, _: v.content),
), 4)  # fmt: skip

RESULTS: Columns[Numbered] = Columns("results", "落实情况", (
    Field("number", "措施序号", _BOTH, lambda m, _: str(m[0])),
    Field("is_done", "是否落实", _BOTH,
          lambda m, _: "已落实" if m[1].done_on or m[1].state == "done" else "未落实"),
    Field("done_on", "落实日期", _BOTH, lambda m, _: _day(m[1].done_on)),
    Field("closed_on", "销号日期", _BOTH, lambda m, _: _day(m[1].closed_on)),
), 3)  # fmt: skip
