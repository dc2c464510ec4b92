"""R rules: risks computed from income, from the month before, from warnings and measures.

Sources stand in each docstring: rules.yaml, with the seed or practice text that it names.
"""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.domain.household import Finding, MonitoredObject, PreviousMember
from app.domain.labels import SEVERITY_RANK, label
from app.domain.period import Period, months_between
from app.domain.policy import Policy
from app.domain.rules.run import HouseholdRule, MemberRule, Run
from app.domain.view import LABOR_FULL, WAGE_JOBS, MemberView
from app.domain.words import joined, money, percent

DEVELOPMENT_CATEGORIES = frozenset(("industry", "employment", "finance", "public_post"))
_LOST_STATUSES = ("dead", "imprisoned", "missing")
_UNKNOWN = PreviousMember()
INCOME_FIELDS = tuple((code, "") for code in ("IN-01", "IN-02", "IN-03", "IN-04", "IN-06"))


def by_last_year(run: Run) -> str:
    """Return the words before a message that rests on last year's figure (t12 incomplete)."""
    return "" if run.facts.income is not None else "按上年度收入："


def r_01(run: Run) -> Finding | None:
    """Income below the line: strictly, or on it where line_inclusive. Source: R-01, K04, K05."""
    if not run.view.is_below_line(run.view.per_capita):
        return None
    return run.hit(
        "R-01",
        None,
        INCOME_FIELDS,
        prefix=by_last_year(run),
        per_capita=money(run.view.per_capita),
        line=money(run.policy.line),
    )


def r_02(run: Run) -> Finding | None:
    """Income near the line: not below it, strictly below line x near_line_ratio. Source: R-02."""
    amount, line = run.view.per_capita, run.policy.line
    if amount is None or line is None or run.view.is_below_line(amount):
        return None
    near = _near(line, run.policy.near_line_ratio)
    if amount >= near:
        return None
    return run.hit(
        "R-02",
        None,
        INCOME_FIELDS,
        prefix=by_last_year(run),
        per_capita=money(amount),
        line=money(line),
        near=money(near),
    )


@lru_cache(maxsize=64)
def _near(line: Decimal, ratio: Decimal) -> Fraction:
    """Return the amount below which an income is near the line, exactly."""
    return Fraction(line) * Fraction(ratio)


def r_03(run: Run) -> Finding | None:
    """Income fell by income_drop or more against the t12 a year ago. Source: R-03, seed S24 S77.

    Silent without twelve full months, without a figure a year ago, or where that was not above 0.
    """
    old, amount = run.facts.previous.per_capita_12m_ago, run.view.per_capita
    if run.facts.income is None or amount is None or old is None or old <= 0:
        return None
    before = Fraction(old)
    if amount > before * (1 - Fraction(run.policy.income_drop)):
        return None
    drop = (before - amount) / before
    return run.hit("R-03", None, INCOME_FIELDS, old=money(before), pct=percent(drop))


def r_04(run: Run) -> Finding | None:
    """Self-paid medical cost of twelve months reaches the limit; claims do not lower it.

    A partial sum counts: it is a lower bound. Source: R-04.
    """
    amount, limit = run.facts.selfpay.medical, run.policy.selfpay_medical_12m
    if amount < limit:
        return None
    return run.hit("R-04", None, (("MD-05", ""),), amount=money(amount), limit=money(limit))


def r_05(run: Run) -> Finding | None:
    """Below the line only after self-paid costs, claims added. Source: R-05."""
    amount, ref = run.view.per_capita, run.view.ref_per_capita
    if amount is None or run.view.is_below_line(amount) or not run.view.is_below_line(ref):
        return None
    fields = (("MD-05", ""), ("IN-08", ""), ("IN-09", ""))
    return run.hit("R-05", None, fields, per_capita=money(amount), ref=money(ref))


def r_06(run: Run, member: MemberView) -> Finding | None:
    """A serious illness newly registered since last month. Source: R-06."""
    before = _before(run, member).health
    if before is None or "serious_illness" in before or "serious_illness" not in member.health:
        return None
    return run.hit("R-06", member)


def r_07(run: Run, member: MemberView) -> Finding | None:
    """In school last month, a shortfall of ED-01 now; a mere worsening is not new. Source: R-07."""
    if _before(run, member).ed_01 != "in_school" or not run.raised("ED-01", member.id):
        return None
    question = run.form.question("ED-01")
    option = question.by_key[str(run.view.answer("ED-01", member.id))]
    return run.hit("R-07", member, (("ED-01", member.id),), answer=option.label)


def r_08(run: Run, member: MemberView) -> Finding | None:
    """Had paid work last month and is out of work now. Source: R-08."""
    before = _before(run, member).employment
    if before not in WAGE_JOBS or member.employment != "unemployed":
        return None
    finding = run.hit("R-08", member, (("EM-01", member.id),), old=label("employment", str(before)))
    weak = member.labor_skill == "weak" or (member.age is not None and member.age >= 60)
    return _with_note(finding, "（弱劳动力或60岁以上，仅提示就业意愿）") if weak else finding


def r_09(run: Run, member: MemberView) -> Finding | None:
    """Known to be without disability last month, registered with one now. Source: R-09."""
    if _before(run, member).has_disability is not False or not member.is_disabled:
        return None
    kind = label("disability_kind", member.member.disability_kind)
    return run.hit("R-09", member, kind=kind, grade=str(member.member.disability_grade or "—"))


def r_10(run: Run, member: MemberView) -> Finding | None:
    """Full labour last month, lost now: unable, dead, imprisoned or missing. Source: R-10.

    Not for those who turned 60 and stopped, nor for marriage, moving or the army. Looks at
    everybody on the roster, for the lost one may be gone.
    """
    before = _before(run, member).labor_skill
    if before not in LABOR_FULL:
        return None
    status, now = member.member.member_status, member.labor_skill
    if status in _LOST_STATUSES:
        new = label("member_status", status)
    elif status == "present" and _cannot_work(member):
        new = label("labor_skill", now)
    else:
        return None
    return run.hit("R-10", member, old=label("labor_skill", str(before)), new=new)


def _cannot_work(member: MemberView) -> bool:
    if member.labor_skill == "lost":
        return True
    return member.labor_skill == "none" and member.age is not None and member.age < 60


def r_11(run: Run) -> Finding | None:
    """Transfers are more than transfer_ratio of net income though somebody can work fully.

    Strict: exactly the ratio is fine. Silent without twelve full months. Source: R-11, K43.
    """
    income = run.facts.income
    if income is None or not run.view.has_full_labor:
        return None
    net = income.net_income_t12
    if net <= 0 or Fraction(income.transfer_t12) <= Fraction(net) * _ratio(run):
        return None
    share = Fraction(income.transfer_t12) / Fraction(net)
    return run.hit("R-11", None, (("IN-04", ""),), pct=percent(share), limit=percent(_ratio(run)))


def _ratio(run: Run) -> Fraction:
    return Fraction(run.policy.transfer_ratio)


def r_12(run: Run) -> Finding | None:
    """Nobody can work and nobody has 低保 or 特困. Source: R-12; practice 5_19_003/007."""
    if not run.view.is_no_labor or run.view.any_benefit:
        return None
    return run.hit("R-12")


def r_13(run: Run) -> Finding | None:
    """Open warnings past their due date; due today is not overdue. Source: R-13.

    One banner for the household; R-13 itself has no due date and never counts.
    """
    overdue = [
        warning
        for warning in run.facts.open_warnings
        if warning.code != "R-13" and warning.due_on is not None
        and warning.due_on < run.facts.as_of
    ]  # fmt: skip
    if not overdue:
        return None
    listed = joined([f"{warning.code}（{warning.due_on}到期）" for warning in overdue])
    codes = tuple(dict.fromkeys(warning.code for warning in overdue))
    return run.hit("R-13", None, (), codes, n=str(len(overdue)), list=listed)


def r_14(run: Run) -> Finding | None:
    """An object without any measure for more than no_measure_months. Source: R-14; 1_11_010."""
    if not run.view.is_open_object or run.facts.measures:
        return None
    months = _months_since_identified(run)
    if months is None or months <= run.policy.no_measure_months:
        return None
    return run.hit("R-14", n=str(run.policy.no_measure_months))


def r_15(run: Run) -> Finding | None:
    """An object with full labour and measures, none for development, for dev_measure_months.

    Inclusive: exactly that many months is a hit. Source: R-15; practice 5_12_007.
    """
    view = run.view
    if not view.is_open_object or not run.facts.measures or not view.has_full_labor:
        return None
    categories = dict.fromkeys(measure.category for measure in run.facts.measures)
    months = _months_since_identified(run)
    if months is None or months < run.policy.dev_measure_months:
        return None
    if DEVELOPMENT_CATEGORIES & categories.keys():
        return None
    listed = joined([label("measure_category", category) for category in categories])
    return run.hit("R-15", n=str(run.policy.dev_measure_months), categories=listed)


def _months_since_identified(run: Run) -> int | None:
    monitored = run.facts.monitored
    if monitored is None or monitored.identified_on is None:
        return None
    return months_between(monitored.identified_on, run.facts.as_of)


def r_16(run: Run) -> Finding | None:
    """A removed object falls short again in one of relapse_items, orange or worse.

    Source: R-16; practice 1_11_005 to 1_11_008.
    """
    if not run.view.is_removed_object:
        return None
    items = dict.fromkeys(
        finding.code
        for finding in run.found
        if finding.code in run.policy.relapse_items
        and SEVERITY_RANK[finding.severity] >= SEVERITY_RANK["orange"]
    )
    if not items:
        return None
    words = joined([f"{run.form.question(code).short}（{code}）" for code in items])
    fields = tuple(f.fields[0] for f in run.found if f.code in items)
    return run.hit("R-16", None, fields, tuple(items), items=words)


def r_17(run: Run) -> Finding | None:
    """The removal of an object's risk is doubtful; one finding lists the reasons.

    Source: R-17; practice 4_11_011, 2_11_002, 4_11_010, 1_11_009.
    """
    monitored = run.facts.monitored
    if monitored is None or not run.view.is_removed_object:
        return None
    reasons = [words for words, holds in _removal_doubts(run, monitored) if holds]
    if not reasons:
        return None
    return run.hit("R-17", reasons="；".join(reasons))


def _removal_doubts(run: Run, monitored: MonitoredObject) -> list[tuple[str, bool]]:
    policy = run.policy
    amount = monitored.eliminated_per_capita
    low = amount is not None and policy.line is not None and amount < policy.line
    helped_without = monitored.removal_way == "by_help" and not run.facts.measures
    return [
        ("整户无劳动力", run.view.is_no_labor),
        (
            f"识别到消除不满{policy.min_elimination_months}个月",
            _removed_too_soon(run.policy, monitored),
        ),
        (f"消除时人均{money(amount)}元低于监测范围", low),
        ("帮扶消除却没有措施", helped_without),
    ]


def _removed_too_soon(policy: Policy, monitored: MonitoredObject) -> bool:
    start, end = monitored.identified_on, monitored.eliminated_on
    if start is None or end is None:
        return False
    if Period(end.year, end.month) < policy.min_elimination_from:
        return False
    return months_between(start, end) < policy.min_elimination_months


def _before(run: Run, member: MemberView) -> PreviousMember:
    return run.facts.previous.members.get(member.id, _UNKNOWN)


def _with_note(finding: Finding, note: str) -> Finding:
    return Finding(
        finding.code, finding.member_id, finding.severity, finding.message + note, finding.values,
        finding.fields, finding.basis, finding.parts,
    )  # fmt: skip


# In the order of the catalogue; those of one person run once per person.
RISK_RULES: tuple[tuple[str, HouseholdRule | None, MemberRule | None], ...] = (
    ("R-01", r_01, None),
    ("R-02", r_02, None),
    ("R-03", r_03, None),
    ("R-04", r_04, None),
    ("R-05", r_05, None),
    ("R-06", None, r_06),
    ("R-07", None, r_07),
    ("R-08", None, r_08),
    ("R-09", None, r_09),
    ("R-10", None, r_10),
    ("R-11", r_11, None),
    ("R-12", r_12, None),
    ("R-13", r_13, None),
    ("R-14", r_14, None),
    ("R-15", r_15, None),
    ("R-16", r_16, None),
    ("R-17", r_17, None),
)
