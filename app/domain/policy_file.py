"""A pack as somebody writes it: whole or only what changes → the whole pack, and what it changes.

A file gives ``valid_from`` and, by name, the parameters that are new; the rest is taken from the
pack that held until then, so that every stored pack is whole and stands alone.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.catalogue import CatalogueError
from app.domain.labels import key
from app.domain.lifecycle import LEVELS
from app.domain.period import Period
from app.domain.policy_data import CAUSE_MEASURES, READERS, Pack, read_flag, typed

_GROUPS = ("parameters", "params", "process", "process_parameters")
_CAUSES = ("cause_measures", CAUSE_MEASURES)
_TOP = ("valid_from", "area", "school_stages", "education", *_CAUSES, *_GROUPS)
_WORDS = {  # what the entries of a table may say
    "monthly_scope": ("monthly", "quarterly", "campaign"),
    "review_level": LEVELS,
    "close_level": LEVELS,
    "class_level_map": ("high", "medium", "low"),
}
_ALIASES = {  # words that people write for the keys of tables
    "监测对象": "object", "脱贫户高": "lifted_high", "脱贫户中": "lifted_medium",
    "脱贫户低": "lifted_low", "一般农户": "ordinary", "每月": "monthly", "每季": "quarterly",
    "大排查或有线索": "campaign", "蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red",
    "村": "village", "镇": "township", "县": "county", "高": "high", "中": "medium", "低": "low",
    "重点监测户": "key", "一般监测户": "general", "边缘脱贫户": "edge_lifted",
    "脱贫户": "lifted",
}  # fmt: skip
_CODE_LISTS = frozenset(("relapse_items", "event_items"))
_CODE = re.compile(r"[A-Z]{1,2}-[0-9]{2}")
_NOT_PARAMETERS = frozenset(("line_source", "note", "meta"))


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """What one parameter was and will be; plain values (text, number, flag, list, table)."""

    name: str
    label: str
    old: Any
    new: Any
    valid_from: str
    unit: str = ""


def whole_pack(base: Mapping[str, Any], given: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Return the tables of a whole pack: ``given`` over ``base``.

    Raises:
        CatalogueError: names the file, the parameter and the reason.
    """
    tables = {name: dict(base[name]) for name in ("parameters", "process", "cause_measures")}
    valid_from = _valid_from(given, file)
    for name, value in _parameters(given, file):
        group = next((g for g in ("parameters", "process") if name in tables[g]), "")
        if not group:
            raise CatalogueError(file, name, "没有这个参数")
        tables[group][name] = _parameter(name, tables[group][name], value, valid_from, file)
    for name in _CAUSES:
        tables["cause_measures"] |= _causes(given.get(name, {}), file)
    return {
        "valid_from": valid_from,
        "area": given.get("area", ""),
        **tables,
        "school_stages": given.get("school_stages", base["school_stages"]),
        "education": given.get("education", base["education"]),
    }


def _valid_from(given: Mapping[str, Any], file: str) -> str:
    text = given.get("valid_from")
    try:
        return str(Period.parse(str(text)))
    except ValueError:
        raise CatalogueError(file, "valid_from", "要写从哪个月起用，例如 2026-01") from None


def _parameters(given: Mapping[str, Any], file: str) -> Iterator[tuple[str, Any]]:
    """Yield name and value of every parameter, in groups or on the top."""
    for group in _GROUPS:
        table = given.get(group, {})
        if not isinstance(table, Mapping):
            raise CatalogueError(file, group, "这里应是参数名和值")
        yield from ((n, v) for n, v in table.items() if n not in _NOT_PARAMETERS)
    yield from ((n, v) for n, v in given.items() if n not in _TOP and n not in _NOT_PARAMETERS)


def _parameter(
    name: str, base: Mapping[str, Any], given: Any, valid_from: str, file: str
) -> dict[str, Any]:
    """Return a parameter's table with its new value; words that are given replace the old."""
    table = dict(base)
    value = given
    if isinstance(given, Mapping) and ("value" in given or "default" in given):
        value = given.get("value", given.get("default"))
        table |= {n: given[n] for n in ("label", "unit", "source", "note") if n in given}
    try:
        new = coerce(name, value, base["value"])
        if name == "line":
            table["year"] = _year(given, valid_from)
    except ValueError as error:
        raise CatalogueError(file, name, str(error)) from None
    if new != base["value"] and not (isinstance(given, Mapping) and "source" in given):
        table["source"] = f"参数包{valid_from}"
    return table | {"value": new}


def _year(given: Any, valid_from: str) -> int:
    """A line counts for one year: as given, else that in which it begins."""
    year = given.get("year") if isinstance(given, Mapping) else None
    if year is None:
        return int(valid_from[:4])
    if not str(year).isdigit():
        raise ValueError("year 应是年份")
    return int(year)


def coerce(name: str, value: Any, base: Any) -> Any:
    """Return a parameter's value in the type that it has in the pack; texts are read.

    Raises:
        ValueError: not such a value; the text is Chinese.
    """
    if value is None:
        raise ValueError("缺少值")
    if isinstance(base, list) and isinstance(value, str):
        value = [item for item in value.replace("、", ",").split(",") if item.strip()]
        value = [item.strip() for item in value]
    if isinstance(base, Mapping) and isinstance(value, str):
        value = _table(value)
    if name not in READERS:
        return _checked(name, _as(base, value))
    new = _checked(name, _plain(typed(name, value), value))
    return dict(base) | new if isinstance(base, Mapping) else new


def _checked(name: str, value: Any) -> Any:
    """Refuse what has the right type and cannot be meant."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if is_number and (value < 0 or (name == "line" and value == 0)):
        _refuse("应大于0" if name == "line" else "不能小于0")
    entries = value.values() if isinstance(value, Mapping) else value
    if name in _WORDS and not set(entries) <= set(_WORDS[name]):
        _refuse(f"只能是 {'、'.join(_WORDS[name])}")
    if name in _CODE_LISTS and not all(_CODE.fullmatch(item) for item in value):
        _refuse("应是题号或规则编号的清单")
    return value


def _table(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        raise ValueError('应是表，例如 {"ordinary": "monthly"}') from None


def _plain(value: Any, given: Any) -> Any:
    """Return a typed rule parameter as it stands in a file."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else value
    if isinstance(value, Mapping):
        return {stage: ["" if b is None else b for b in ages] for stage, ages in value.items()}
    if isinstance(value, Period):
        return str(value)
    return list(value) if isinstance(given, list | tuple) else str(given)


def _as(base: Any, value: Any) -> Any:
    if isinstance(base, bool):
        return read_flag(value)
    if isinstance(base, int | Decimal):
        number = Decimal(str(value)) if _is_number(value) else None
        if number is None or (isinstance(base, int) and number != int(number)) or number < 0:
            raise ValueError("应是整数" if isinstance(base, int) else "应是数")
        return int(number) if number == int(number) else number
    if isinstance(base, Mapping):
        return dict(base) | _entries(base, value)
    if isinstance(base, list):
        return list(map(_word, value)) if isinstance(value, list) else _refuse("应是清单")
    return _word(value) if isinstance(value, str) else _refuse("应是文字")


def _word(value: Any) -> str:
    return _ALIASES.get(str(value), str(value))


def _entries(base: Mapping[str, Any], value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        _refuse("应是表")
    entries = {_word(name): _word(entry) for name, entry in value.items()}
    unknown = [name for name in entries if name not in base]
    if unknown:
        _refuse(f"不认识“{'、'.join(unknown)}”，只有 {'、'.join(base)}")
    return entries


def _refuse(reason: str) -> Any:
    raise ValueError(reason)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | Decimal) or str(value).replace(".", "", 1).isdigit()


def _causes(given: Any, file: str) -> dict[str, list[str]]:
    if not isinstance(given, Mapping):
        raise CatalogueError(file, CAUSE_MEASURES, "应是原因与措施类别清单的表")
    found = {}
    for cause, categories in given.items():
        if not isinstance(categories, list):
            raise CatalogueError(file, f"{CAUSE_MEASURES} {cause}", "应是措施类别的清单")
        try:
            names = [key("measure_category", str(name)) for name in categories]
            found[key("risk_cause", str(cause))] = names
        except ValueError as error:
            raise CatalogueError(file, f"{CAUSE_MEASURES} {cause}", str(error)) from None
    return found


def changes(old: Pack, new: Pack) -> list[ParameterChange]:
    """Return what is different between two packs, in the order of the catalogue."""
    found = [
        ParameterChange(name, p.label, old.parameters[name].value, p.value, new.valid_from, p.unit)
        for name, p in new.parameters.items()
        if name in old.parameters and old.parameters[name].value != p.value
    ]
    further = (
        ("line_year", "监测范围年度", old.line_year, new.line_year),
        (CAUSE_MEASURES, "原因与措施类别", _lists(old.cause_measures), _lists(new.cause_measures)),
        ("school_stages", "学段词语", list(old.school_stages), list(new.school_stages)),
        ("junior_or_higher", "初中及以上文化程度", list(old.junior_words), list(new.junior_words)),
    )
    found += [
        ParameterChange(name, words, before, after, new.valid_from)
        for name, words, before, after in further
        if before != after
    ]
    return found


def _lists(table: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(row) for name, row in table.items()}


def to_toml(tables: Mapping[str, Any]) -> str:
    """Return the tables of a pack as TOML, the same text for the same tables."""
    lines = [f"{_name(n)} = {_value(v)}" for n, v in tables.items() if not _is_group(v)]
    for name, group in tables.items():
        if not _is_group(group):
            continue
        if any(isinstance(v, Mapping) for v in group.values()):
            for inner, table in group.items():
                lines += ["", f"[{_name(name)}.{_name(inner)}]", *_pairs(table)]
        else:
            lines += ["", f"[{_name(name)}]", *_pairs(group)]
    return "\n".join(lines) + "\n"


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping)


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{_name(name)} = {_value(value)}" for name, value in table.items()]


def _name(name: str) -> str:
    is_bare = name.replace("_", "").replace("-", "").isalnum() and name.isascii()
    return name if is_bare else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False)
