"""Builds a Policy from the tables of a parameter pack, the rules' words and the matters."""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.catalogue import CatalogueError
from app.domain.labels import LABELS, key
from app.domain.period import Period
from app.domain.policy import Parameter, Policy, RuleText, Topic, TopicCode
from app.domain.reader import TableReader

CAUSE_MEASURES = "cause_measure_map"  # stands beside the parameters, not among them
_LEVELS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True, slots=True)
class Pack:
    """A parameter pack as read: the typed values by name, and what is shown of them."""

    file: str
    valid_from: str
    area: str
    line_year: int
    values: Mapping[str, Any]
    parameters: Mapping[str, Parameter]
    process: Mapping[str, Any]
    cause_measures: Mapping[str, tuple[str, ...]]
    school_stages: tuple[tuple[str, tuple[str, ...]], ...]
    junior_words: tuple[str, ...]


def parse_pack(data: Mapping[str, Any], file: str) -> Pack:
    """Return the pack of a file's tables.

    Raises:
        CatalogueError: names the file, the parameter and the reason.
    """
    top = TableReader(data, file, "表头")
    valid_from, area = _month(top, "valid_from"), top.text("area", "")
    rule_tables, process_tables = top.mapping("parameters"), top.mapping("process")
    causes = {c: tuple(m) for c, m in top.mapping("cause_measures").items()}
    stages = tuple((t.text("stage"), t.words("words")) for t in top.tables("school_stages"))
    education = TableReader(top.raw("education"), file, "education")
    junior = education.words("junior_or_higher")
    education.finish()
    top.finish()
    _known(top, causes, LABELS["risk_cause"])
    _known(top, [m for row in causes.values() for m in row], LABELS["measure_category"])
    values, shown = _rule_parameters(rule_tables, valid_from, file)
    process, process_shown = _process_parameters(process_tables, valid_from, file)
    line_year = rule_tables["line"].get("year")
    if not isinstance(line_year, int):
        top.fail("line 缺少 year")
    return Pack(
        file, valid_from, area, line_year, values, shown | process_shown, process, causes, stages,
        junior,
    )  # fmt: skip


def _month(table: TableReader, name: str) -> str:
    text = table.text(name)
    try:
        return str(Period.parse(text))
    except ValueError as error:
        table.fail(f"{name}：{error}")


def _known(table: TableReader, words: Any, allowed: Mapping[str, str]) -> None:
    unknown = [word for word in words if word not in allowed]
    if unknown:
        table.fail(f"不认识“{'、'.join(unknown)}”")


def _rule_parameters(
    tables: Mapping[str, Any], valid_from: str, file: str
) -> tuple[dict[str, Any], dict[str, Parameter]]:
    missing = [name for name in READERS if name not in tables]
    if missing:
        raise CatalogueError(file, "parameters", f"缺少 {'、'.join(missing)}")
    values, shown = {}, {}
    for name, table in tables.items():
        parameter = _parameter(name, table, valid_from, file)
        try:
            values[name] = typed(name, parameter.value)
        except ValueError as error:
            raise CatalogueError(file, name, str(error)) from None
        shown[name] = parameter
    return values, shown


def _process_parameters(
    tables: Mapping[str, Any], valid_from: str, file: str
) -> tuple[dict[str, Any], dict[str, Parameter]]:
    shown = {name: _parameter(name, table, valid_from, file) for name, table in tables.items()}
    return {name: parameter.value for name, parameter in shown.items()}, shown


def _parameter(name: str, table: object, valid_from: str, file: str) -> Parameter:
    reader = TableReader(table, file, name)
    value, choices = reader.raw("value"), reader.raw("choices")
    reader.raw("year")
    if value is None:
        reader.fail("缺少 value")
    if choices is not None and value not in choices:
        reader.fail(f"value 只能是 {'、'.join(map(str, choices))}")
    parameter = Parameter(
        name, value, reader.text("label"), reader.text("unit", ""), reader.text("source"),
        reader.text("used_by", ""), reader.text("note", ""), valid_from,
    )  # fmt: skip
    reader.finish()
    return parameter


def parse_rules(data: Mapping[str, Any], file: str) -> dict[str, RuleText]:
    """Return the words of the computed rules by code, in the file's order."""
    top = TableReader(data, file, "表头")
    _month(top, "valid_from")
    tables = top.tables("rules", lambda table: str(table.get("code")))
    top.finish()
    rules = [_rule(table) for table in tables]
    if len({rule.code for rule in rules}) != len(rules):
        top.fail("规则编号重复")
    return {rule.code: rule for rule in rules}


def _rule(table: TableReader) -> RuleText:
    rule = RuleText(
        code=table.text("code"),
        name=table.text("name"),
        scope=table.one_of("scope", ("household", "member")),
        severity=table.one_of("severity", _LEVELS),
        message=table.text("message"),
        department=table.text("department", ""),
        co_department=table.text("co_department", ""),
        resolver=table.text("resolver", ""),
        life=table.one_of("life", ("", "banner"), ""),
        proof=table.text("proof", ""),
        suggests=table.text("suggests", ""),
        parameters=table.words("parameters"),
    )
    unknown = [name for name in rule.parameters if name not in READERS]
    if unknown:
        table.fail(f"没有参数 {'、'.join(unknown)}")
    table.finish()
    return rule


def parse_topics(data: Mapping[str, Any], file: str) -> tuple[Topic, ...]:
    """Return the topics of matters in their order."""
    top = TableReader(data, file, "表头")
    _month(top, "valid_from")
    tables = top.tables("topics", lambda table: str(table.get("key")))
    top.finish()
    return tuple(_topic(table) for table in tables)


def _topic(table: TableReader) -> Topic:
    codes = tuple(TopicCode(c.text("code"), c.words("parts")) for c in table.tables("codes"))
    topic = Topic(
        key=table.text("key"),
        label=table.text("label"),
        person=table.flag("person"),
        codes=codes,
        mode=table.one_of("mode", ("", "banner", "coverage", "todo"), ""),
        when=table.one_of("when", ("", "death", "injury", "disaster"), ""),
    )
    table.finish()
    return topic


def build_policy(pack: Pack, rules: Mapping[str, RuleText], topics: tuple[Topic, ...]) -> Policy:
    """Return the policy of a pack with the rules' words; each rule gets its basis in words."""
    shown = pack.parameters
    return Policy(
        valid_from=pack.valid_from,
        line_year=pack.line_year,
        **pack.values,
        school_stages=pack.school_stages,
        junior_words=pack.junior_words,
        cause_measures=pack.cause_measures,
        process=pack.process,
        parameters=shown,
        rules={code: replace(rule, basis=_basis(rule, shown)) for code, rule in rules.items()},
        topics=topics,
    )


def without_line(policy: Policy) -> Policy:
    """Return the policy of a month whose year has no line yet: income rules are off."""
    return replace(policy, line=None)


def changed(pack: Pack, values: Mapping[str, Any]) -> Pack:
    """Return the pack with some parameters replaced (trying a parameter, worked cases).

    Raises:
        ValueError: an unknown name or a value of the wrong type; the text is Chinese.
    """
    typed_values, process, shown = dict(pack.values), dict(pack.process), dict(pack.parameters)
    causes = pack.cause_measures
    for name, value in values.items():
        if name == CAUSE_MEASURES:
            causes = dict(causes) | _cause_measures(value)
        elif name in READERS:
            typed_values[name] = typed(name, value)
            shown[name] = replace(shown[name], value=value, source="本次所给")
        elif name in process:
            process[name] = value
        else:
            raise ValueError(f"没有参数“{name}”")
    return replace(
        pack, values=typed_values, process=process, parameters=shown, cause_measures=causes
    )


def _cause_measures(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping) or not all(isinstance(v, list) for v in value.values()):
        raise _wrong(f"{CAUSE_MEASURES} 应是原因与措施类别清单的表")
    return {
        key("risk_cause", str(cause)): tuple(key("measure_category", str(m)) for m in row)
        for cause, row in value.items()
    }


def _basis(rule: RuleText, shown: Mapping[str, Parameter]) -> str:
    used = [shown[name] for name in rule.parameters if name in shown]
    values = [f"{p.label}{_value_text(p)}" for p in used if p.value is not None]
    since = f"参数{used[0].valid_from}起" if used else ""
    return " · ".join(filter(None, (f"{rule.code} {rule.name}", "，".join(values), since)))


def _value_text(parameter: Parameter) -> str:
    value = parameter.value
    if isinstance(value, bool) or value in ("true", "false"):
        return "：是" if value in (True, "true") else "：否"
    if isinstance(value, list | tuple):
        return "：" + "、".join(map(str, value))
    if isinstance(value, Mapping):
        return ""
    return f"{value}{parameter.unit}"


def typed(name: str, value: object) -> Any:
    """Return a rule parameter's value in its type; texts of numbers are read.

    Raises:
        ValueError: not such a value; the text is Chinese.
    """
    return READERS[name](value)


def _wrong(reason: str) -> ValueError:
    """A value of the wrong type is bad data to whoever reads the file, not a mistake in code."""
    return ValueError(reason)


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _wrong("应是数")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"应是数，不能是“{value}”") from None
    if not number.is_finite():
        raise ValueError("应是数")
    return number


def _line(value: object) -> Decimal | None:
    return None if value is None else _decimal(value)


def _whole(value: object) -> int:
    number = _decimal(value)
    if number != int(number):
        raise ValueError("应是整数")
    return int(number)


def read_flag(value: object) -> bool:
    """Return the truth of true/false, yes/no, 是/否 in text or of a flag itself.

    Raises:
        ValueError: another word; Chinese text.
    """
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"true", "yes", "是", "1"}:
        return True
    if word in {"false", "no", "否", "0"}:
        return False
    raise ValueError(f"应是 true 或 false，不能是“{value}”")


def _items(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise _wrong("应是清单")
    return list(value)


def _months(value: object) -> tuple[int, ...]:
    months = tuple(_whole(item) for item in _items(value))
    if not all(1 <= month <= 12 for month in months):
        raise ValueError("月份应为1到12")
    return months


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in _items(value))


def _month_day(value: object) -> tuple[int, int]:
    month, _, day = str(value).partition("-")
    if not (month.isdigit() and day.isdigit() and 1 <= int(month) <= 12):
        raise ValueError("应写成 08-31")
    if not 1 <= int(day) <= calendar.monthrange(2001, int(month))[1]:
        raise ValueError("没有这一天")
    return int(month), int(day)


def _period(value: object) -> Period:
    return Period.parse(str(value))


def _ages(value: object) -> dict[str, tuple[int | None, int | None]]:
    if not isinstance(value, Mapping):
        raise _wrong("应是学段与年龄的表")
    ages = {}
    for stage, bounds in value.items():
        low, high = _items(bounds)
        ages[key("school_stage", str(stage))] = (_bound(low), _bound(high))
    return ages


def _bound(value: object) -> int | None:
    return None if value is None or value == "" else _whole(value)


READERS: Mapping[str, Callable[[object], Any]] = {
    "line": _line,
    "line_inclusive": read_flag,
    "near_line_ratio": _decimal,
    "income_drop": _decimal,
    "selfpay_medical_12m": _decimal,
    "transfer_ratio": _decimal,
    "new_debt": _decimal,
    "wage_month_min": _decimal,
    "wage_month_max": _decimal,
    "outage_days_12m": _whole,
    "outage_days_run": _whole,
    "loan_due_days": _whole,
    "premium_months": _months,
    "flood_months": _months,
    "newborn_days": _whole,
    "school_cutoff": _month_day,
    "heating_months": _months,
    "no_measure_months": _whole,
    "dev_measure_months": _whole,
    "min_elimination_months": _whole,
    "min_elimination_from": _period,
    "relapse_items": _texts,
    "short_labor_ratio": _decimal,
    "parent_age_gap": _whole,
    "farmland_max": _decimal,
    "public_post_max_age": _whole,
    "stage_ages": _ages,
}
