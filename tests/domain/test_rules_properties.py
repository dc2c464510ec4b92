"""What holds of the rules whatever is on the roster and in the answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.form import asked_questions, completeness, required_missing
from app.domain.household import (
    AnswerKey,
    AnswerValue,
    Facts,
    IncomeTotals,
    MeasureFact,
    Member,
    MonitoredObject,
    OpenWarning,
    Previous,
    PreviousMember,
    SelfPay,
)
from app.domain.labels import LABELS, SEVERITIES
from app.domain.matters import group
from app.domain.period import Period
from app.domain.prefill import prefill, spot_check
from app.domain.rules import derive, evaluate, known_codes
from tests.domain.build import FORM, POLICY
from tests.domain.test_answers import answers as answers_to

COMPARING = {"R-03", "R-06", "R-07", "R-08", "R-09", "R-10"}
DAYS = st.dates(date(1920, 1, 1), date(2026, 12, 31))
MONTHS = st.builds(Period, st.integers(2019, 2026), st.integers(1, 12))
AMOUNTS = st.decimals(-(10**7), 10**7, places=2)
WORDS = st.sampled_from(["", "户主", "配偶", "之子", "之母", "之儿媳", "其他"])


def one_of(enum: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *LABELS[enum]])


def members(number: int) -> st.SearchStrategy[Member]:
    return st.builds(
        Member,
        id=st.just(str(number)),
        number=st.just(number),
        name=st.text(max_size=8),
        relation=WORDS,
        sex=one_of("sex"),
        birth_date=st.none() | DAYS,
        birth_month=st.sampled_from(["", "1985-05", "2026-13", "x"]),
        id_no=st.text("0123456789Xx ", max_size=22) | st.just("539901198204120359"),
        disability_cert_no=st.text("0123456789X", max_size=22),
        education=st.sampled_from(["", "小学", "初中", "文盲或半文盲", "本科及以上"]),
        school_status=st.sampled_from(["", "小学", "学前教育", "九年级", "中职一年级", "夜校"]),
        labor_skill=one_of("labor_skill"),
        employment=one_of("employment"),
        monthly_wage=st.none() | AMOUNTS,
        health=st.frozensets(st.sampled_from(list(LABELS["health"]))),
        disability_kind=one_of("disability_kind"),
        disability_grade=st.integers(0, 4),
        has_dibao=st.booleans(),
        has_tekun=st.booleans(),
        medical_insurance=one_of("medical_insurance"),
        member_status=one_of("member_status").filter(bool),
        phone=st.none() | st.text(max_size=14),
    )


PREVIOUS_MEMBERS = st.builds(
    PreviousMember,
    ed_01=st.sampled_from([None, "in_school", "dropout"]),
    health=st.none() | st.frozensets(st.sampled_from(list(LABELS["health"]))),
    has_disability=st.sampled_from([None, True, False]),
    employment=st.none() | one_of("employment"),
    labor_skill=st.none() | one_of("labor_skill"),
)
OBJECTS = st.builds(
    MonitoredObject,
    object_type=one_of("object_type"),
    case_state=one_of("case_state"),
    identified_on=st.none() | DAYS | MONTHS,
    eliminated_on=st.none() | DAYS | MONTHS,
    eliminated_per_capita=st.none() | AMOUNTS,
    removal_way=one_of("removal_way"),
    causes=st.lists(st.sampled_from(list(LABELS["risk_cause"])), max_size=4).map(tuple),
)


@st.composite
def all_answers(draw: st.DrawFn, people: int) -> Mapping[AnswerKey, AnswerValue]:
    found: dict[AnswerKey, AnswerValue] = {}
    for question in draw(st.lists(st.sampled_from(FORM.questions), max_size=15)):
        person = "" if question.scope == "household" else str(draw(st.integers(1, people + 1)))
        found[question.code, person] = draw(answers_to(question))
    return found


@st.composite
def households(draw: st.DrawFn) -> Facts:
    size = draw(st.integers(0, 4))
    people = tuple(draw(members(number)) for number in range(1, size + 1))
    ids = [member.id for member in people]
    return Facts(
        period=draw(MONTHS),
        as_of=draw(DAYS),
        household_no="1",
        household_kind=draw(one_of("household_kind")),
        house_rating=draw(one_of("house_rating")),
        farmland_mu=draw(st.none() | AMOUNTS),
        registered_size=draw(st.none() | st.integers(-1, 9)),
        flags=draw(st.frozensets(st.sampled_from(list(LABELS["household_flag"])))),
        monitored=draw(st.none() | OBJECTS),
        measures=tuple(
            MeasureFact(c) for c in draw(st.lists(one_of("measure_category"), max_size=3))
        ),
        had_measures=draw(st.booleans()),
        members=people,
        income=draw(st.none() | st.builds(IncomeTotals, *[AMOUNTS] * 6)),
        annual_per_capita=draw(st.none() | AMOUNTS),
        selfpay=SelfPay(draw(AMOUNTS), draw(AMOUNTS)),
        claims=draw(AMOUNTS),
        answers=draw(all_answers(size)),
        previous=Previous(
            members={i: draw(PREVIOUS_MEMBERS) for i in ids if draw(st.booleans())},
            per_capita_12m_ago=draw(st.none() | AMOUNTS),
        ),
        open_warnings=tuple(
            OpenWarning(code, draw(st.none() | DAYS))
            for code in draw(st.lists(st.sampled_from(["MD-03", "R-13", "EV-01"]), max_size=2))
        ),
        other_ids={"539901198204120359": "9号户"},
    )


relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


@relaxed
@given(households())
def test_no_rule_ever_fails_and_findings_are_well_formed(household: Facts) -> None:
    found = evaluate(household, FORM, POLICY)
    keys = [(finding.code, finding.member_id) for finding in found]
    assert len(keys) == len(set(keys))
    assert {code for code, _ in keys} <= known_codes(FORM)
    people = {member.id for member in household.members}
    for finding in found:
        assert finding.severity in SEVERITIES[1:]
        assert finding.member_id in people | {""}
        assert finding.message
        assert "{" not in finding.basis
        assert finding.basis.startswith(finding.code)
    derive(household, POLICY, found)
    assert derive(household, POLICY).per_capita == derive(household, POLICY, found).per_capita
    assert found == evaluate(household, FORM, POLICY)


@relaxed
@given(households())
def test_the_form_works_for_every_household(household: Facts) -> None:
    asked = asked_questions(FORM, household, POLICY)
    assert len(asked) == len(set(asked))
    assert set(required_missing(FORM, household, POLICY)) <= set(asked)
    assert set(prefill(FORM, household, POLICY, household.answers)) <= set(
        asked_questions(FORM, household, POLICY)
    ) | {("CY-04", ""), ("IN-01", "")}
    spot_check(FORM, household, POLICY)
    assert completeness(FORM, household, POLICY) in {"empty", "partial", "complete"}
    counted = [f for m in group(evaluate(household, FORM, POLICY), POLICY) for f in m.findings]
    assert len(counted) == len(evaluate(household, FORM, POLICY))


@relaxed
@given(households())
def test_without_a_month_before_no_comparing_rule_speaks(household: Facts) -> None:
    first = replace(household, previous=Previous())
    assert not {f.code for f in evaluate(first, FORM, POLICY)} & COMPARING


@relaxed
@given(households())
def test_what_is_not_answered_is_no_shortfall(household: Facts) -> None:
    silent = replace(household, answers={})
    assert not {f.code for f in evaluate(silent, FORM, POLICY)} & set(FORM.by_code)


@relaxed
@given(households(), st.integers(16, 59))
def test_one_more_who_answers_well_adds_no_household_finding(household: Facts, age: int) -> None:
    """Other than by arithmetic: shares of income, of labour, the size, and the heads."""
    arithmetic = {"R-01", "R-02", "R-05", "C-01", "C-02", "R-11", "R-15", "D-29", "C-04", "R-03"}
    if not any(member.member_status == "present" for member in household.members):
        return
    fine = Member(
        "9", 9, "王好", "其他", "female", date(2025 - age, 1, 1), education="初中",
        labor_skill="ordinary", employment="farming", health=frozenset({"healthy"}),
        medical_insurance="resident", phone="13900139000",
    )  # fmt: skip
    before = {f.code for f in evaluate(household, FORM, POLICY) if not f.member_id}
    joined = replace(household, members=(*household.members, fine))
    after = {f.code for f in evaluate(joined, FORM, POLICY) if not f.member_id}
    assert after - before <= arithmetic
