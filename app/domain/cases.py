"""Worked cases: households in the words of the catalogue, typed by the schema of their file.

Scalars arrive as text (dates, numbers and 否 are never guessed by the reader of the file); a
field that the schema does not know is refused with the case and the field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.domain import identity
from app.domain.case_answers import SPECIALS, all_answers, typed_answers
from app.domain.case_fields import (
    CaseError,
    Fields,
    day,
    day_or_month,
    enum,
    flag,
    listed,
    mapping,
    number,
    optional,
    text,
    whole,
)
from app.domain.catalogue import FormDef
from app.domain.household import (
    ZERO,
    AnswerValue,
    Facts,
    IncomeTotals,
    LeftReport,
    MeasureFact,
    Member,
    MonitoredObject,
    OpenWarning,
    Previous,
    PreviousMember,
    SelfPay,
)
from app.domain.labels import LABELS, key
from app.domain.period import Period
from app.errors import AppError, Where

_ABSENT: Any = object()  # not given, which differs from null


class CaseFileError(AppError):
    """A file of worked cases that cannot be used; nothing was evaluated."""

    code = "E611"
    message = "样例文件“{file}”不能用：{case}{field}{reason}。"
    hint = "请改好这一处再试。"

    def __init__(self, reason: str, *, file: str = "", case: str = "", field: str = "") -> None:
        super().__init__(
            reason,
            where=Where(file=file),
            file=file,
            reason=reason,
            case=f"样例 {case}，" if case else "",
            field=f"字段 {field}：" if field else "",
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One worked household, ready to be evaluated, and what its author expects."""

    id: str
    title: str
    params: Mapping[str, Any]
    facts: Facts
    numbers: Mapping[str, int] = field(default_factory=dict)  # member id -> n
    expected: tuple[tuple[str, int | None, str], ...] = ()  # code, n, severity label
    must_not: tuple[tuple[str, int | None], ...] = ()
    derived: Mapping[str, Any] = field(default_factory=dict)


def parse_case(table: object, form_for: Callable[[Period], FormDef]) -> Case:
    """Return a case; ``form_for`` gives the checklist of its month.

    Raises:
        CaseError: names the field and the reason.
    """
    top = Fields(table, "")
    case_id, title = top.take("id", text), top.take("title", text, "")
    for name in ("covers", "note"):
        top.take(name, text, "")
    period, as_of = top.take("period", Period.parse), top.take("as_of", day)
    form = form_for(period)
    params = top.take("params", mapping, {})
    household = top.take("household", lambda t: t)
    members = top.take("members", listed)
    people = [_member(item, f"members[{index}]", form) for index, item in enumerate(members)]
    numbers = {member.id: member.number for member, _ in people}
    if len(numbers) != len(people):
        raise CaseError("members", "成员序号 n 重复")
    answers = all_answers(top, household, people, form)
    facts = _facts(top, period, as_of, household, [m for m, _ in people])
    case = Case(
        id=case_id,
        title=title,
        params=params,
        facts=replace(facts, answers=answers),
        numbers=numbers,
        expected=top.take("expected", _expected),
        must_not=top.take("must_not", _must_not, ()),
        derived=top.take("derived", _derived, {}),
    )
    top.finish()
    return case


def _facts(
    top: Fields, period: Period, as_of: date, household: object, members: list[Member]
) -> Facts:
    home = Fields(household, "household")
    house = home.take("house", optional(text), None) or ""
    monitored = _monitored(home)
    measures = home.take("measures", _measures, ())
    flags = home.take("flags", _flags, frozenset())
    previous, open_warnings, had_measures = top.take(
        "prev", lambda t: _previous(t, {m.number for m in members}), (Previous(), (), False)
    )
    context = top.take("context", _context, ({}, {}))
    facts = Facts(
        period=period,
        as_of=as_of,
        household_kind=home.take("kind", enum("household_kind")),
        house_rating=""
        if house in SPECIALS or house.startswith("_")
        else key("house_rating", house),
        farmland_mu=home.take("farmland", optional(number), None),
        registered_size=home.take("registered_size", optional(whole), None),
        flags=flags,
        monitored=monitored,
        measures=measures,
        had_measures=had_measures,
        members=tuple(members),
        income=top.take("income_t12", optional(_income)),
        annual_per_capita=top.take("annual_per_capita", optional(number), None),
        selfpay=top.take("selfpay_t12", _selfpay, SelfPay()),
        claims=top.take("claims_t12", number, ZERO),
        previous=previous,
        open_warnings=open_warnings,
        other_ids=context[0],
        other_phones=context[1],
    )
    home.finish()
    return facts


def _monitored(home: Fields) -> MonitoredObject | None:
    object_type = home.take("object", optional(enum("object_type")), None)
    state = home.take("object_status", optional(enum("case_state")), None)
    monitored = MonitoredObject(
        object_type=object_type or "",
        case_state=state or "",
        identified_on=home.take("identified", optional(day_or_month), None),
        eliminated_on=home.take("eliminated", optional(day_or_month), None),
        eliminated_per_capita=home.take("eliminated_per_capita", optional(number), None),
        removal_way=home.take("elimination_way", optional(enum("removal_way")), None) or "",
        causes=tuple(home.take("causes", lambda t: [enum("risk_cause")(c) for c in listed(t)], [])),
        cause_note=home.take("cause_note", text, ""),
    )
    return monitored if object_type else None


def _measures(table: object) -> tuple[MeasureFact, ...]:
    return tuple(
        MeasureFact(enum("measure_category")(category), text(kind))
        for category, kinds in mapping(table).items()
        for kind in listed(kinds)
    )


def _flags(table: object) -> frozenset[str]:
    flags = mapping(table)
    unknown = [name for name in flags if name not in LABELS["household_flag"]]
    if unknown:
        raise CaseError(str(unknown[0]), "不认识这个字段")
    return frozenset(name for name, value in flags.items() if flag(value))


def _income(table: object) -> IncomeTotals:
    fields = Fields(table, "")
    income = IncomeTotals(
        wage_t12=fields.take("wage", number),
        business_t12=fields.take("business", number),
        property_t12=fields.take("property", number),
        transfer_t12=fields.take("transfer", number),
        business_expense_t12=fields.take("expense", number),
        dibao_t12=fields.take("dibao", number, ZERO),
    )
    fields.finish()
    return income


def _selfpay(table: object) -> SelfPay:
    fields = Fields(table, "")
    paid = SelfPay(fields.take("medical", number, ZERO), fields.take("education", number, ZERO))
    fields.finish()
    return paid


def _context(table: object) -> tuple[dict[str, str], dict[str, str]]:
    fields = Fields(table, "")
    ids = fields.take("other_ids", lambda t: [text(i) for i in listed(t)], [])
    phones = fields.take("other_phones", lambda t: [text(i) for i in listed(t)], [])
    fields.finish()
    known = {identity.read(item).number: "他户成员" for item in ids}
    return known, {identity.normalise_phone(item): "他户" for item in phones}


def _previous(table: object, numbers: set[int]) -> tuple[Previous, tuple[OpenWarning, ...], bool]:
    fields = Fields(table, "")
    people = fields.take("members", mapping, {})
    members = {
        _person(n, numbers, "members"): _previous_member(person, f"members.{n}")
        for n, person in people.items()
    }
    left = fields.take("left_reported", lambda t: [whole(n) for n in listed(t)], [])
    previous = Previous(
        members=members,
        per_capita_12m_ago=fields.take("per_capita_12m_ago", optional(number), None),
        left_reported={_person(str(n), numbers, "left_reported"): LeftReport() for n in left},
    )
    warnings = fields.take("open_warnings", lambda t: [_warning(w) for w in listed(t)], [])
    had_measures = fields.take("had_measures", flag, False)
    fields.finish()
    return previous, tuple(warnings), had_measures


def _person(n: str, numbers: set[int], path: str) -> str:
    if whole(n) not in numbers:
        raise CaseError(f"{path}.{n}", "没有这个成员")
    return str(whole(n))


def _warning(table: object) -> OpenWarning:
    fields = Fields(table, "")
    warning = OpenWarning(fields.take("code", text), fields.take("due", day))
    fields.finish()
    return warning


def _previous_member(table: object, path: str) -> PreviousMember:
    fields = Fields(table, path)
    disability = fields.take("dis", optional(_disability), _ABSENT)
    member = PreviousMember(
        ed_01=fields.take("ED-01", optional(_school_answer), None),
        health=fields.take("health", optional(_health), None),
        has_disability=None if disability is _ABSENT else disability is not None,
        employment=fields.take("emp", optional(enum("employment")), None),
        labor_skill=fields.take("labor", optional(enum("labor_skill")), None),
    )
    fields.finish()
    return member


def _school_answer(value: object) -> str | None:
    word = text(value)
    if word in SPECIALS or word.startswith("_"):
        return None
    return _SCHOOL_ANSWERS.get(word, word)


# ED-01 of an earlier month may stem from an older edition of the form: only 在校 decides anything.
_SCHOOL_ANSWERS = {"在校": "in_school"}


def _health(value: object) -> frozenset[str]:
    return frozenset(enum("health")(item) for item in listed(value))


def _disability(value: object) -> tuple[str, int]:
    items = listed(value)
    if len(items) != 2:
        raise ValueError("应写成 [类别, 等级]")
    grade = whole(items[1])
    if not 1 <= grade <= 4:
        raise ValueError("等级应为1到4")
    return enum("disability_kind")(items[0]), grade


def _member(table: object, path: str, form: FormDef) -> tuple[Member, dict[str, AnswerValue]]:
    fields = Fields(table, path)
    n = fields.take("n", whole)
    disability = fields.take("dis", optional(_disability), None)
    employment, job_answer = _said(fields, "emp", "employment", "")
    insurance, insurance_answer = _said(fields, "med", "medical_insurance", "居民")
    answers = {"EM-01": job_answer, "MD-01": insurance_answer}
    member = Member(
        id=str(n),
        number=n,
        name=fields.take("name", text),
        relation=fields.take("rel", text),
        sex=fields.take("sex", enum("sex")),
        birth_date=fields.take("birth", day),
        id_no=fields.take("id", text, ""),
        disability_cert_no=fields.take("dis_cert", text, ""),
        education=fields.take("edu", text, ""),
        school_status=fields.take("school", text, ""),
        no_school_reason=fields.take("no_school_reason", text, ""),
        labor_skill=fields.take("labor", enum("labor_skill"), ""),
        employment=employment,
        monthly_wage=fields.take("wage", optional(number), None),
        health=fields.take("health", _health, frozenset(("healthy",))),
        disability_kind=disability[0] if disability else "",
        disability_grade=disability[1] if disability else 0,
        has_dibao=fields.take("dibao", flag, False),
        has_tekun=fields.take("tekun", flag, False),
        medical_insurance=insurance,
        is_boarding=fields.take("boarding", flag, False),
        member_status=fields.take("status", enum("member_status"), "present"),
        phone=fields.take("phone", optional(text), None),
        ethnicity=fields.take("ethnic", text, "汉族"),
    )
    answers |= fields.take("ans", lambda t: typed_answers(t, form, "member", {n}), {})
    fields.finish()
    return member, {code: value for code, value in answers.items() if value != ""}


def _said(fields: Fields, name: str, table: str, default: str) -> tuple[str, str]:
    """Roster value and answer of a field that is the answer of a question (emp, med)."""
    word = fields.take(name, text, default)
    if word in SPECIALS or word in LABELS["special_answer"]:
        return "", SPECIALS.get(word, word)
    try:
        return key(table, word), key(table, word)
    except ValueError as error:
        raise CaseError(fields.path_of(name), str(error)) from None


def _expected(value: object) -> tuple[tuple[str, int | None, str], ...]:
    found = []
    for item in listed(value):
        fields = Fields(item, "")
        code, severity = fields.take("code", text), fields.take("sev", text)
        if severity not in {"蓝", "黄", "橙", "红"}:
            raise CaseError("sev", "只能是 蓝、黄、橙、红")
        found.append((code, fields.take("member", optional(whole), None), severity))
        fields.take("why", text, "")
        fields.finish()
    return tuple(found)


def _must_not(value: object) -> tuple[tuple[str, int | None], ...]:
    found = []
    for item in listed(value):
        fields = Fields(item, "")
        found.append((fields.take("code", text), fields.take("member", optional(whole), None)))
        fields.take("why", text, "")
        fields.finish()
    return tuple(found)


def _derived(value: object) -> dict[str, Any]:
    fields = Fields(value, "")
    figures = {
        "per_capita": fields.take("per_capita", optional(number), None),
        "ref_per_capita": fields.take("ref_per_capita", optional(number), None),
        "counted_members": fields.take("counted_members", whole, None),
        "suggest_object": fields.take("suggest_object", text, None),
    }
    fields.finish()
    return figures
