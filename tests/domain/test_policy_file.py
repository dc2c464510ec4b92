"""A pack's file: what is given goes over what held, everything wrong is named."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.catalogue import CatalogueError
from app.domain.policy_data import Pack, parse_pack
from app.domain.policy_file import changes, to_toml, whole_pack

TEXT = (Path(__file__).parents[2] / "resources" / "policy" / "2025.toml").read_text("utf-8")
BASE = tomllib.loads(TEXT, parse_float=Decimal)


def pack(given: dict[str, Any]) -> Pack:
    text = to_toml(whole_pack(BASE, {"valid_from": "2026-01", **given}, "新.toml"))
    return parse_pack(tomllib.loads(text, parse_float=Decimal), "新.toml")


def changed(given: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    found = changes(parse_pack(BASE, "旧.toml"), pack(given))
    return {change.name: (change.old, change.new) for change in found}


def test_what_is_not_given_stays_to_the_last_word() -> None:
    new, old = pack({}), parse_pack(BASE, "旧.toml")
    assert (new.values, new.process, new.cause_measures) == (
        old.values, old.process, old.cause_measures,
    )  # fmt: skip
    assert (new.school_stages, new.junior_words) == (old.school_stages, old.junior_words)
    assert changes(old, new) == []


def test_a_line_as_a_bare_number_counts_for_the_year_in_which_it_begins() -> None:
    new = pack({"line": "9000"})
    assert (new.values["line"], new.line_year) == (Decimal(9000), 2026)
    assert changed({"line": "9000"}) == {"line": (8700, 9000), "line_year": (2025, 2026)}


def test_groups_tables_and_texts_of_a_catalogue_say_the_same() -> None:
    as_table = {"parameters": {"near_line_ratio": {"default": "1.2"}}}
    assert changed(as_table) == {"near_line_ratio": (Decimal("1.1"), Decimal("1.2"))}
    assert changed({"process": {"village_confirm_days": 2}}) == {"village_confirm_days": (3, 2)}
    assert changed({"heating_months": "12、1"}) == {"heating_months": ([11, 12, 1, 2, 3], [12, 1])}
    assert changed({"publicity_on": "false"}) == {"publicity_on": (True, False)}


def test_chinese_words_stand_for_the_keys() -> None:
    scope = changed({"monthly_scope": {"脱贫户低": "每月"}})["monthly_scope"]
    assert scope[1]["lifted_low"] == "monthly"
    assert changed({"evidence_required_from": "红"})["evidence_required_from"][1] == "red"


def test_one_entry_of_a_table_leaves_the_others() -> None:
    scope = changed({"monthly_scope": {"lifted_low": "monthly"}})["monthly_scope"]
    assert scope[1] == {**scope[0], "lifted_low": "monthly"}
    ages = changed({"stage_ages": {"小学": [7, 14]}})["stage_ages"]
    assert ages[1] == {**ages[0], "primary": [7, 14]}
    causes = changed({"cause_measure_map": {"因学": ["教育帮扶"]}})["cause_measure_map"]
    assert causes[1]["schooling"] == ["education_aid"]
    assert causes[1]["illness"] == causes[0]["illness"]


@pytest.mark.parametrize(
    ("given", "name", "reason"),
    [
        ({"valid_from": "明年"}, "valid_from", "从哪个月"),
        ({"lime": 9000}, "lime", "没有这个参数"),
        ({"line": "很多"}, "line", "应是数"),
        ({"line": 0}, "line", "大于0"),
        ({"line": None}, "line", "缺少值"),
        ({"income_drop": "-0.3"}, "income_drop", "不能小于0"),
        ({"heating_months": [13]}, "heating_months", "1到12"),
        ({"village_confirm_days": "三天"}, "village_confirm_days", "整数"),
        ({"village_confirm_days": "2.5"}, "village_confirm_days", "整数"),
        ({"line_inclusive": "也许"}, "line_inclusive", "true"),
        ({"clock_from": "tomorrow"}, "clock_from", "只能是"),
        ({"monthly_scope": {"everybody": "monthly"}}, "monthly_scope", "不认识"),
        ({"monthly_scope": {"object": "sometimes"}}, "monthly_scope", "只能是"),
        ({"relapse_items": ["上学"]}, "relapse_items", "题号"),
        ({"cause_measures": {"因懒": []}}, "cause_measure_map 因懒", "不认识"),
        ({"parameters": [1]}, "parameters", "参数名和值"),
    ],
)
def test_a_broken_pack_is_refused_by_parameter_and_reason(
    given: dict[str, Any], name: str, reason: str
) -> None:
    with pytest.raises(CatalogueError) as refused:
        pack(given)
    assert refused.value.facts["place"] == name
    assert reason in str(refused.value.facts["reason"])


def test_the_same_tables_give_the_same_text() -> None:
    tables = whole_pack(BASE, {"valid_from": "2026-01"}, "新.toml")
    assert to_toml(tables) == to_toml(whole_pack(tables, {"valid_from": "2026-01"}, "x"))
