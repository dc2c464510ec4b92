"""C and N rules at their borders."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.household import Facts
from app.domain.rules import evaluate
from tests.domain.build import (
    FORM,
    POLICY,
    codes,
    facts,
    head,
    income,
    measure,
    monitored,
    policy_with,
    son,
    wife,
)


def case(amount: str = "8000", **fields: object) -> Facts:
    return facts(income=income(amount), measures=(measure("education_aid"),),
                 monitored=monitored(**fields))  # fmt: skip


def caused(*causes: str, people: tuple[object, ...] = (), **fields: object) -> Facts:
    return facts(
        *people,  # type: ignore[arg-type]
        monitored=monitored(causes=causes, **fields),
        measures=tuple(measure(m) for m in ("health", "industry", "education_aid", "housing")),
    )


@pytest.mark.parametrize(
    ("code", "household", "expected"),
    [
        ("C-01", case("8700.01"), True),
        ("C-01", case("8700"), False),
        ("C-01", case("9999", object_type="sudden_hardship"), False),
        ("C-01", case("9999", case_state="risk_removed"), False),
        ("C-01", facts(), False),
        ("C-02", case("8699.99", object_type="sudden_hardship"), True),
        ("C-02", case("8700", object_type="sudden_hardship"), False),
        ("C-02", case("8699"), False),
        ("C-03", case(object_type="edge_prone"), True),
        ("C-03", case(object_type="edge_prone", case_state="risk_removed"), True),
        ("C-03", case(), False),
        ("C-03", case(object_type="sudden_hardship"), False),
        ("C-03", case(object_type="edge_prone", case_state="cleared_out"), False),
        ("C-04", caused("disability"), True),
        ("C-04", caused("disability", people=(head(disability_kind="mental"),)), False),
        ("C-04", caused("illness"), True),
        ("C-04", caused("illness", people=(head(health=frozenset({"chronic"})),)), False),
        ("C-04", caused("schooling", people=(head(), wife())), True),
        ("C-04", caused("schooling"), False),
        ("C-04", caused("unstable_job", people=(head(labor_skill="none"),)), True),
        ("C-04", caused("unstable_job"), False),
        ("C-04", caused("other"), True),
        ("C-04", caused("other", cause_note="欠外债"), False),
        ("C-04", caused("natural_disaster"), False),
        ("C-04", caused("disability", case_state="risk_removed"), False),
        ("C-05", caused("housing", "drinking_water"), True),
        ("C-05", caused("housing"), False),
        ("C-05", caused("other", cause_note="欠外债"), False),
        ("C-05", facts(monitored=monitored(causes=("housing",))), False),
        ("C-05", caused("drinking_water", case_state="risk_removed"), False),
    ],
)
def test_classification_at_its_borders(code: str, household: Facts, expected: bool) -> None:
    assert (code in codes(household)) is expected


def test_a_quarter_of_able_people_is_still_a_lack_of_labor() -> None:
    children = [son(id=str(n), number=n, id_no="") for n in (3, 4, 5)]
    quarter = caused("labor_shortage", people=(head(), *children))
    third = caused("labor_shortage", people=(head(), *children[:2]))
    assert "C-04" not in codes(quarter)
    assert "C-04" in codes(third)


def test_one_finding_lists_all_contradictions_and_all_causes_without_measures() -> None:
    household = caused("disability", "illness", "drinking_water")
    findings = {f.code: f for f in evaluate(household, FORM, POLICY)}
    assert findings["C-04"].message.count("；") == 1
    assert findings["C-05"].parts == ("drinking_water",)
    assert "饮水安全保障、基础设施建设" in findings["C-05"].message


def test_on_the_line_is_no_error_of_type_even_where_it_counts_as_below() -> None:
    policy = policy_with(line_inclusive="true")
    assert "C-01" not in codes(case("8700"), policy)
    assert "C-02" not in codes(case("8700", object_type="sudden_hardship"), policy)


def test_types_are_judged_by_last_year_while_months_are_missing() -> None:
    household = facts(income=None, annual_per_capita=Decimal(9000), monitored=monitored())
    finding = next(f for f in evaluate(household, FORM, POLICY) if f.code == "C-01")
    assert finding.message.startswith("按上年度收入：脱贫不稳定户但")


@pytest.mark.parametrize(
    ("flag", "code"),
    [
        ("public_employee", "N-01"),
        ("car", "N-02"),
        ("business_entity", "N-03"),
        ("large_farm", "N-04"),
        ("extra_house", "N-05"),
        ("machinery", "N-06"),
        ("split_recent", "N-07"),
    ],
)
def test_each_flag_is_one_clue(flag: str, code: str) -> None:
    assert codes(facts(flags=frozenset({flag}))) == {code}
    assert POLICY.rules[code].proof


def test_a_public_employee_is_a_clue_without_any_flag() -> None:
    assert "N-01" in codes(facts(head(employment="public_employee"), wife()))
    gone = head(employment="public_employee", member_status="moved_out")
    assert "N-01" not in codes(facts(gone, wife(relation="户主", phone="13800138000")))


def test_a_child_of_compulsory_age_is_a_reason_for_costs_of_school() -> None:
    child = son(birth_date=date(2019, 8, 31), school_status="学龄前儿童", id_no="")
    late = son(birth_date=date(2019, 9, 1), school_status="学龄前儿童", id_no="")
    assert "C-04" not in codes(caused("schooling", people=(head(), child)))
    assert "C-04" in codes(caused("schooling", people=(head(), late)))
