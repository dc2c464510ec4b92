"""D rules about a person's school, labour, work, insurance and family."""

from app.domain.household import Finding
from app.domain.labels import label
from app.domain.period import years_between
from app.domain.rules.run import MemberRule, Run
from app.domain.view import HEALTHY, LABOR_FULL, NO_LABOR, WAGE_JOBS, MemberView
from app.domain.words import money

MALE_RELATIONS = frozenset(
    [
        "之子",
        "之父",
        "之孙子",
        "之外孙子",
        "之曾孙子",
        "之祖父",
        "之外祖父",
        "之岳父",
        "之公公",
        "之女婿",
        "之孙女婿",
        "之兄弟",
        "之侄儿",
        "之叔伯",
    ]
)
FEMALE_RELATIONS = frozenset(
    [
        "之女",
        "之母",
        "之孙女",
        "之外孙女",
        "之曾孙女",
        "之祖母",
        "之外祖母",
        "之岳母",
        "之婆婆",
        "之儿媳",
        "之孙媳",
        "之姐妹",
        "之侄女",
        "之侄媳",
        "之姑婶",
    ]
)
_LOW_EDUCATION = frozenset(("文盲或半文盲", "小学"))


def d_07(run: Run, member: MemberView) -> Finding | None:
    """The relation to the head names the other sex. Source: D-07."""
    rel, sex = member.member.relation, member.member.sex
    wrong = MALE_RELATIONS if sex == "female" else FEMALE_RELATIONS if sex == "male" else ()
    return run.hit("D-07", member, rel=rel, sex=label("sex", sex)) if rel in wrong else None


def d_08(run: Run, member: MemberView) -> Finding | None:
    """Education and school status both filled, or both blank without a reason. Source: D-08."""
    person = member.member
    if person.education and person.school_status:
        return run.hit("D-08", member, reason="同时填写")
    if not (person.education or person.school_status or person.no_school_reason):
        return run.hit("D-08", member, reason="同时为空")
    return None


def d_09(run: Run, member: MemberView) -> Finding | None:
    """An age outside the bounds of the school stage, both included. Source: 5_12_013 to 018.

    Older than six in preschool is a doubt only for a healthy child.
    """
    bounds, age = run.policy.stage_ages.get(member.stage), member.age
    if bounds is None or age is None:
        return None
    youngest, oldest = bounds
    too_young = youngest is not None and age < youngest
    too_old = oldest is not None and age > oldest
    if too_old and member.stage == "preschool" and member.health != HEALTHY:
        return None
    if not (too_young or too_old):
        return None
    return run.hit("D-09", member, age=str(age), school=member.member.school_status)


def d_10(run: Run, member: MemberView) -> Finding | None:
    """Labour registered for a child under 16. Source: D-10."""
    if member.age is None or member.age >= 16 or member.labor_skill in {"", "none"}:
        return None
    return run.hit("D-10", member, age=str(member.age), labor=_labor(member))


def d_11(run: Run, member: MemberView) -> Finding | None:
    """Healthy, 16 to 59, not at school, and registered without labour. Source: D-11, K14."""
    if member.labor_skill not in NO_LABOR or not _is_healthy_out_of_school(member, 16, 59):
        return None
    return run.hit("D-11", member, age=str(member.age), labor=_labor(member))


def _is_healthy_out_of_school(member: MemberView, youngest: int, oldest: int) -> bool:
    if member.age is None or not youngest <= member.age <= oldest:
        return False
    return member.health == HEALTHY and not member.member.school_status


def d_12(run: Run, member: MemberView) -> Finding | None:
    """From the 60th birthday labour should be none or weak. Source: D-12, K16."""
    if member.age is None or member.age < 60:
        return None
    if member.labor_skill not in {"ordinary", "skilled", "lost"}:
        return None
    return run.hit("D-12", member, age=str(member.age))


def d_13(run: Run, member: MemberView) -> Finding | None:
    """Paid work of somebody who should not: no labour, at school, or under 16.

    The age alone of a public post is D-26. Source: D-13, K09.
    """
    if member.employment not in WAGE_JOBS:
        return None
    young = member.age is not None and member.age < 16 and member.employment != "public_post"
    if not (member.labor_skill in NO_LABOR or member.in_school or young):
        return None
    return run.hit(
        "D-13",
        member,
        _job_field(member),
        age=_age(member),
        labor=_labor(member) or "劳动技能空",
        emp=label("employment", member.employment),
    )


def d_14(run: Run, member: MemberView) -> Finding | None:
    """Insured as resident and as employee at once. Source: D-14."""
    if member.medical_insurance != "both":
        return None
    return run.hit("D-14", member, (("MD-01", member.id),))


def d_19(run: Run, member: MemberView) -> Finding | None:
    """A monthly wage outside the limits, which are themselves fine; blank is not zero.

    Source: practice 5_16_001, 5_16_002.
    """
    wage, policy = member.monthly_wage, run.policy
    if member.employment not in WAGE_JOBS or wage is None:
        return None
    if policy.wage_month_min <= wage <= policy.wage_month_max:
        return None
    return run.hit(
        "D-19",
        member,
        (("EM-04", member.id),),
        wage=money(wage),
        min=money(policy.wage_month_min),
        max=money(policy.wage_month_max),
    )


def d_24(run: Run, member: MemberView) -> Finding | None:
    """Healthy, 16 to 22, out of school with primary education at most. Source: D-24."""
    person = member.member
    if person.education not in _LOW_EDUCATION or not _is_healthy_out_of_school(member, 16, 22):
        return None
    return run.hit("D-24", member, age=str(member.age), edu=person.education)


def d_25(run: Run, member: MemberView) -> Finding | None:
    """Supported as 特困 and yet in paid work. Source: D-25."""
    if not member.member.has_tekun or member.employment not in WAGE_JOBS:
        return None
    return run.hit("D-25", member, _job_field(member), emp=label("employment", member.employment))


def d_26(run: Run, member: MemberView) -> Finding | None:
    """A public post under 16 or from public_post_max_age on. Source: practice 5_01_006."""
    if member.employment != "public_post" or member.age is None:
        return None
    if 16 <= member.age < run.policy.public_post_max_age:
        return None
    return run.hit("D-26", member, _job_field(member), age=str(member.age))


def d_27(run: Run, member: MemberView) -> Finding | None:
    """Reported as gone in an earlier month, not withdrawn, and still present. Source: D-27."""
    report = run.facts.previous.left_reported.get(member.id)
    if report is None:
        return None
    return run.hit("D-27", member, period=report.period, kind=report.kind or "减少")


def d_28(run: Run, member: MemberView) -> Finding | None:
    """Parent and child less than parent_age_gap completed years apart. Source: D-28, K46."""
    head, rel = run.view.head, member.member.relation
    if head is None or head.born is None or member.born is None or member is head:
        return None
    if rel in {"之子", "之女"}:
        gap = years_between(head.born, member.born)
    elif rel in {"之父", "之母"}:
        gap = years_between(member.born, head.born)
    else:
        return None
    return run.hit("D-28", member, n=str(gap)) if gap < run.policy.parent_age_gap else None


def d_30(run: Run, member: MemberView) -> Finding | None:
    """A grave physical disability registered with full labour. Source: D-30, K38."""
    person = member.member
    if person.disability_kind != "physical" or person.disability_grade not in {1, 2}:
        return None
    if member.labor_skill not in LABOR_FULL:
        return None
    return run.hit("D-30", member, grade=str(person.disability_grade), labor=_labor(member))


def _labor(member: MemberView) -> str:
    return label("labor_skill", member.labor_skill)


def _age(member: MemberView) -> str:
    return "—" if member.age is None else str(member.age)


def _job_field(member: MemberView) -> tuple[tuple[str, str], ...]:
    return (("EM-01", member.id),)


MEMBER_DATA_RULES: dict[str, MemberRule] = {
    "D-07": d_07,
    "D-08": d_08,
    "D-09": d_09,
    "D-10": d_10,
    "D-11": d_11,
    "D-12": d_12,
    "D-13": d_13,
    "D-14": d_14,
    "D-19": d_19,
    "D-24": d_24,
    "D-25": d_25,
    "D-26": d_26,
    "D-27": d_27,
    "D-28": d_28,
    "D-30": d_30,
}
