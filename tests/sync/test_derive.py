"""Which changes fit their tables; everything else is void on every replica alike."""

from typing import Any

import pytest

from app.domain.changeset import NEW_ROW, FieldChange
from app.models.base import canonical, journaled_columns
from app.models.household import Household
from app.sync.derive import misfits
from tests.conftest import VILLAGE


def new_household(**changes: Any) -> FieldChange:
    """Return a whole new household with other values."""
    values: dict[str, Any] = {}
    for name in journaled_columns(Household):
        column = Household.__mapper__.columns[name]
        default = getattr(column.default, "arg", None)
        values[name] = canonical(default if not callable(default) else "x")
    values |= {"scope": VILLAGE, "household_no": "1", "household_kind": "lifted"} | changes
    del values["id"]
    return FieldChange("household", "h1", NEW_ROW, None, values)


def field(name: str, value: Any) -> FieldChange:
    return FieldChange("household", "h1", name, None, value)


@pytest.mark.parametrize(
    "change",
    [
        new_household(),
        new_household(farmland_mu="6.5", removed_on="2025-10-31"),
        field("phone", None),
        field("is_relocated", True),
        field("position", 2**63 - 1),
        field("farmland_mu", "-0.5"),
    ],
)
def test_what_fits_may_stand(change: FieldChange) -> None:
    assert misfits([change], VILLAGE) == []


@pytest.mark.parametrize(
    "change",
    [
        new_household(scope="539901101202"),
        new_household(more="x"),
        new_household(position="1"),
        FieldChange("household", "h1", NEW_ROW, None, {"scope": VILLAGE}),
        FieldChange("household", "h1", NEW_ROW, None, None),
        FieldChange("changeset", "1", "state", None, "active"),
        field("phone", 1),
        field("household_no", None),
        field("position", True),
        field("position", 1.5),
        field("position", 2**63),
        field("is_relocated", 1),
        field("farmland_mu", 6.5),
        field("farmland_mu", "NaN"),
        field("farmland_mu", "1e3"),
        field("farmland_mu", "9" * 41),
        field("removed_on", "31.10.2025"),
        field("removed_on", "20251031"),
        field("removed_on", 20251031),
        field("phone", ["1"]),
        field("scope", VILLAGE),
        field("id", "h2"),
        field("name_pinyin", "x"),
    ],
)
def test_what_does_not_fit_is_named_by_its_table(change: FieldChange) -> None:
    assert misfits([change, change], VILLAGE) == [f"内容不合格式：{change.table}"]


def test_the_name_keys_of_a_member_are_computed_never_taken_in() -> None:
    change = FieldChange("member", "m1", "name_pinyin", None, "x")
    assert misfits([change], VILLAGE) == ["内容不合格式：member"]
