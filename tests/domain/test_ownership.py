"""Who may originate which change."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.changeset import Chain, Changeset, FieldChange
from app.domain.ownership import covers
from app.models.ownership import bundled
from tests.conftest import COUNTY, TOWNSHIP, VILLAGE


def change(table: str, field: str = "", new: Any = None) -> FieldChange:
    return FieldChange(table, "row", field, None, {} if new is None else new)


@pytest.mark.parametrize(
    ("level", "role", "reason", "table", "field", "refused"),
    [
        ("village", "entry", "", "answer", "", []),
        ("village", "readonly", "", "answer", "", ["检查表答案"]),
        ("village", "entry", "", "household", "note", []),
        ("village", "entry", "", "household", "household_kind", ["户属性"]),
        ("village", "leader", "", "household", "household_kind", []),
        ("township", "reviewer", "", "answer", "value", ["检查表答案（须写更正原因）"]),
        ("township", "reviewer", "更正", "answer", "value", []),
        ("township", "reviewer", "更正", "warning", "", ["预警"]),
        ("county", "administrator", "更正", "answer", "value", ["检查表答案"]),
        ("county", "administrator", "", "unknown_table", "", ["unknown_table"]),
    ],
)
def test_level_role_and_reason_decide(
    level: str, role: str, reason: str, table: str, field: str, refused: list[str]
) -> None:
    assert bundled().refusals(level, role, reason, [change(table, field, "x")]) == refused


def step(action: str, level: str, subject: str = "warning") -> FieldChange:
    return change("step", "", {"subject": subject, "action": action, "level": level})


@pytest.mark.parametrize(
    ("level", "action", "claimed", "allowed"),
    [
        ("village", "confirm", "village", True),
        ("village", "pass", "village", False),
        ("village", "pass", "township", False),
        ("village", "confirm", "county", False),  # a device cannot claim another level
        ("township", "pass", "township", True),
        ("township", "confirm", "township", False),
        ("village", "withdraw", "program", True),  # the program acts in somebody's replica
    ],
)
def test_a_step_must_be_the_levels_own(
    level: str, action: str, claimed: str, allowed: bool
) -> None:
    assert (bundled().refusals(level, None, "", [step(action, claimed)]) == []) is allowed


def test_a_step_of_an_unknown_life_cycle_is_refused() -> None:
    unknown = step("confirm", "village", "no_such")
    assert bundled().refusals("village", None, "", [unknown]) == ["办理步骤"]


def test_a_step_is_never_rewritten() -> None:
    rewritten = change("step", "action", "pass")
    assert bundled().refusals("township", None, "", [rewritten]) == ["办理步骤"]


@pytest.mark.parametrize(
    ("level", "area", "scope", "inside"),
    [
        ("village", VILLAGE, VILLAGE, True),
        ("village", VILLAGE, "539901101202", False),
        ("township", TOWNSHIP, VILLAGE, True),
        ("township", TOWNSHIP, "539901102201", False),
        ("county", COUNTY, VILLAGE, True),
        ("county", COUNTY, "539902101201", False),
        ("township", TOWNSHIP, f"policy:{TOWNSHIP}", True),
        ("township", TOWNSHIP, f"policy:{COUNTY}", False),
        ("village", VILLAGE, VILLAGE[:6], False),
    ],
)
def test_a_device_writes_only_inside_its_area(
    level: str, area: str, scope: str, inside: bool
) -> None:
    assert covers(level, area, scope) is inside


def test_objections_name_what_a_foreign_device_may_not_do() -> None:
    def changeset(scope: str, *changes: FieldChange) -> Changeset:
        facts: Mapping[str, Any] = {
            "number": 1,
            "previous": "",
            "at": "",
            "actor": "",
            "role": "",
            "operation": "",
            "operation_id": "",
            "reason": "",
        }
        return Changeset(Chain("d", "e", scope), changes=changes, **facts)

    ownership = bundled()
    assert ownership.objections(changeset(VILLAGE, change("answer")), "village", VILLAGE) == []
    foreign = changeset("539901101202", change("answer"))
    assert ownership.objections(foreign, "village", VILLAGE) == ["越权：不属于它的地区"]
    passed = changeset(VILLAGE, step("pass", "village"))
    assert ownership.objections(passed, "village", VILLAGE) == ["越权：办理步骤"]
