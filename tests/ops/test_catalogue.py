"""The catalogue: whole, dated, and refused with a reason where a file is wrong."""

import copy
import tomllib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.catalogue import CatalogueError
from app.domain.form_data import parse_form
from app.domain.period import Period
from app.domain.policy_data import changed, parse_pack, parse_rules, parse_topics
from app.ops import catalogue

FORM = catalogue.RESOURCES / "forms" / "monthly-2025.toml"
POLICY = catalogue.RESOURCES / "policy" / "2025.toml"
RULES = catalogue.RESOURCES / "rules" / "2025.toml"
TOPICS = catalogue.RESOURCES / "rules" / "matters-2025.toml"


def data(path: Path) -> dict[str, Any]:
    return copy.deepcopy(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))


def question(form: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(q for q in form["questions"] if q["code"] == code)
    return found


def test_each_month_has_the_edition_that_began_last(monkeypatch: pytest.MonkeyPatch) -> None:
    first = catalogue.form_for(Period(2025, 10))
    second = replace(first, valid_from="2026-01")
    monkeypatch.setattr(catalogue, "forms", lambda: (first, second))
    assert catalogue.form_for(Period(2025, 12)).version == "monthly@2025-01"
    assert catalogue.form_for(Period(2026, 1)).version == "monthly@2026-01"


def test_a_month_has_its_form_and_its_policy() -> None:
    october = Period(2025, 10)
    assert catalogue.form_for(october).key == "monthly"
    assert catalogue.policy_for(october).line == 8700
    assert catalogue.policy_for(october).near_line_ratio == Decimal("1.1")
    assert catalogue.policy_for(october).days("village_confirm_days") == 3


def test_a_year_without_a_line_keeps_all_other_parameters() -> None:
    policy = catalogue.policy_for(Period(2026, 1))
    assert policy.line is None
    assert policy.new_debt == 10000


def test_a_month_before_the_first_edition_says_so() -> None:
    with pytest.raises(CatalogueError) as error:
        catalogue.policy_for(Period(2024, 12))
    assert error.value.sentence() == (
        "2024-12没有可用的参数，数据没有变。请先导入这个月适用的参数包。"
    )
    with pytest.raises(CatalogueError):
        catalogue.form_for(Period(2024, 12))


def test_every_parameter_says_where_it_comes_from() -> None:
    policy = catalogue.policy_for(Period(2025, 10))
    assert len(policy.parameters) == 69
    assert all(p.source and p.label and p.valid_from for p in policy.parameters.values())


def test_every_rule_shows_its_parameters_in_words() -> None:
    rules = catalogue.policy_for(Period(2025, 10)).rules
    assert len(rules) == 59
    assert rules["R-02"].basis == (
        "R-02 收入接近监测范围 · 监测范围8700元，接近监测范围的倍数1.1，"
        "等于监测范围也算低于：否 · 参数2025-01起"
    )


Break = Callable[[dict[str, Any], dict[str, Any]], object]  # (first question, whole form)
BREAKS: dict[str, tuple[Break, str]] = {
    "unknown key": (lambda q, _f: q.update(colour="red"), "FD-01：不认识“colour”"),
    "missing key": (lambda q, _f: q.pop("help"), "FD-01：缺少 help"),
    "wrong type": (lambda q, _f: q.update(required="yes"), "FD-01：required 应是true 或 false"),
    "bad condition": (
        lambda q, _f: q.update(asked_when="__import__('os')"),
        "FD-01：asked_when：条件里不允许",
    ),
    "member name in a household question": (
        lambda q, _f: q.update(asked_when="age > 3"),
        "FD-01：户的题目不能用成员的“age”",
    ),
    "misspelt value": (
        lambda _q, f: question(f, "EM-03").update(asked_when="emp == 'public_pots'"),
        "条件里的值“public_pots”",
    ),
    "unknown department": (
        lambda q, _f: q.update(department="粮食局"),
        "FD-01：没有这个部门：粮食局",
    ),
    "option twice": (lambda q, _f: q["options"][1].update(key="enough"), "FD-01：选项键重复"),
    "bad severity": (
        lambda q, _f: q["options"][1].update(severity="pink"),
        "FD-01 sometimes_short：severity 只能是",
    ),
    "bad default": (lambda q, _f: q.update(default="plenty"), "FD-01：default 不是选项"),
    "code twice": (lambda q, _f: q.update(code="FD-02"), "题号重复"),
    "unknown chapter": (lambda q, _f: q.update(chapter="XX"), "没有题目 FD-01"),
    "menu forgets an option": (
        lambda _q, f: question(f, "EM-01")["menu"].pop(),
        "EM-01：menu 与选项对不上：县内就业(公职)",
    ),
    "special key of an option": (
        lambda q, _f: q["options"][0].update(key="_unknown"),
        "选项键不能是“_unknown”",
    ),
    "no condition": (lambda q, _f: q.pop("asked_when"), "FD-01：缺少 asked_when"),
    "severity without condition": (
        lambda _q, f: question(f, "EV-02")["severity_when"][0].pop("when"),
        "缺少 when",
    ),
    "default of several": (
        lambda _q, f: question(f, "EV-01").update(default=["fire"]),
        "EV-01：多选题的 default 只能为空",
    ),
    "default of an amount": (
        lambda _q, f: question(f, "EV-02").update(default="0"),
        "EV-02：default 应是整数",
    ),
    "bad days": (lambda q, _f: q.update(due_days={"red": "soon"}), "due_days 应是级别和天数"),
    "options of a number": (
        lambda q, f: question(f, "IN-03").update(options=q["options"]),
        "IN-03：选项与题型对不上",
    ),
    "chapter of nobody": (
        lambda _q, f: question(f, "FD-02").update(chapter="XX"),
        "FD-02：没有“XX”这一章",
    ),
    "no table": (lambda _q, f: f.update(head=5), "这里应是一张表"),
    "no number": (lambda _q, f: question(f, "EV-02").update(min="0"), "min 应是数"),
    "no mapping": (
        lambda _q, f: question(f, "CL-01").update(department_by=3),
        "department_by 应是表",
    ),
    "no tables": (lambda q, _f: q.update(options="none"), "options 应是若干张表"),
    "no list": (lambda _q, f: question(f, "IN-04").update(lines="低保"), "lines 应是文字的清单"),
    "bad month": (lambda _q, f: f.update(valid_from="2025"), "valid_from：月份应写成"),
}


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_form_is_refused_with_file_question_and_reason(case: str) -> None:
    form = data(FORM)
    damage, words = BREAKS[case]
    damage(question(form, "FD-01"), form)
    with pytest.raises(CatalogueError) as error:
        parse_form(form, "monthly-2025.toml")
    assert words in f"{error.value.facts['place']}：{error.value.facts['reason']}"
    assert "monthly-2025.toml" in error.value.sentence()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("line", "cheap", "应是数"),
        ("heating_months", [13], "月份应为1到12"),
        ("school_cutoff", "02-30", "没有这一天"),
        ("newborn_days", Decimal("1.5"), "应是整数"),
        ("min_elimination_from", "2022", "月份应写成"),
        ("line_inclusive", 3, "应是 true 或 false"),
        ("stage_ages", {"primary": 6}, "应是清单"),
    ],
)
def test_a_wrong_parameter_is_named(name: str, value: object, words: str) -> None:
    pack = data(POLICY)
    pack["parameters"][name]["value"] = value
    with pytest.raises(CatalogueError) as error:
        parse_pack(pack, "2025.toml")
    assert (error.value.facts["place"], words in str(error.value.facts["reason"])) == (name, True)


def test_a_missing_parameter_and_a_stranger_are_refused() -> None:
    pack = data(POLICY)
    del pack["parameters"]["new_debt"]
    with pytest.raises(CatalogueError, match="缺少 new_debt"):
        parse_pack(pack, "2025.toml")
    pack = data(POLICY)
    pack["cause_measures"]["因病"] = ["health"]
    with pytest.raises(CatalogueError, match="不认识“因病”"):
        parse_pack(pack, "2025.toml")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda p: p.update(valid_from="soon"), "valid_from：月份应写成"),
        (lambda p: p["parameters"]["line"].pop("year"), "line 缺少 year"),
        (lambda p: p["process"]["return_days"].pop("value"), "缺少 value"),
        (lambda p: p["process"]["clock_from"].update(value="never"), "value 只能是 received、sent"),
        (lambda p: p["process"]["return_days"].update(colour=1), "不认识“colour”"),
    ],
)
def test_a_damaged_pack_is_refused(damage: Callable[[dict[str, Any]], object], words: str) -> None:
    pack = data(POLICY)
    damage(pack)
    with pytest.raises(CatalogueError, match=words):
        parse_pack(pack, "2025.toml")


def test_trying_parameters_changes_only_what_is_named() -> None:
    pack = catalogue.packs()[0]
    tried = changed(
        pack, {"line": 9000, "return_days": 7, "cause_measure_map": {"因学": ["健康帮扶"]}}
    )
    assert (tried.values["line"], tried.process["return_days"]) == (9000, 7)
    assert tried.cause_measures["schooling"] == ("health",)
    assert tried.cause_measures["illness"] == pack.cause_measures["illness"]
    assert tried.parameters["line"].source == "本次所给"
    assert pack.values["line"] == 8700
    with pytest.raises(ValueError, match="应是原因与措施类别清单的表"):
        changed(pack, {"cause_measure_map": ["因学"]})


def test_rules_and_topics_are_checked_too() -> None:
    rules = data(RULES)
    rules["rules"][0]["parameters"] = ["lime"]
    with pytest.raises(CatalogueError, match="没有参数 lime"):
        parse_rules(rules, "rules.toml")
    topics = data(TOPICS)
    topics["topics"][0]["when"] = "never"
    with pytest.raises(CatalogueError, match="when 只能是"):
        parse_topics(topics, "matters.toml")
    rules = data(RULES)
    rules["rules"][1]["code"] = "R-01"
    with pytest.raises(CatalogueError, match="规则编号重复"):
        parse_rules(rules, "rules.toml")


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = ", encoding="utf-8")
    with pytest.raises(CatalogueError, match="不是TOML"):
        catalogue.read_toml(path)
    with pytest.raises(CatalogueError, match="读不出来"):
        catalogue.read_toml(tmp_path / "nowhere.toml")
