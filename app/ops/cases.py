"""Worked cases from a file: read safely, evaluated with the rule engine of the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.domain.case_fields import CaseError, Fields, listed, mapping
from app.domain.cases import Case, CaseFileError, parse_case
from app.domain.catalogue import FormDef
from app.domain.household import Derived, Finding
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.policy_data import Pack, build_policy, changed
from app.domain.rules import derive, evaluate
from app.ops.catalogue import forms, packs, read_toml, rule_texts, topics

MAX_BYTES = 20_000_000
MAX_DEPTH = 40
_NOT_PARAMETERS = frozenset(("line_source", "note"))
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What the rules say of one case."""

    case: Case
    findings: list[Finding]
    derived: Derived


def evaluate_file(path: Path, policy_path: Path | None = None) -> list[CaseResult]:
    """Return the result of every case of a file.

    Parameters: defaults, then ``meta.params`` of the file, then ``params`` of the case, then
    ``policy_path``.

    Raises:
        CaseFileError: not readable, not YAML, or a field that the schema does not allow.
    """
    data = read_text_yaml(path)
    cases, file_params = _parse(data, path.name)
    extra = read_parameters(policy_path) if policy_path else {}
    results = []
    for case in cases:
        parameters = file_params | dict(case.params) | extra
        policy = _policy(case, parameters, path.name)
        findings = evaluate(case.facts, _form_for(case.facts.period), policy)
        results.append(CaseResult(case, findings, derive(case.facts, policy, findings)))
    return results


def _parse(data: object, file: str) -> tuple[list[Case], dict[str, Any]]:
    case_id, cases = "", []
    try:
        top = Fields({"cases": data} if isinstance(data, list) else data, "")
        meta = top.take("meta", mapping, {})
        tables = top.take("cases", listed)
        for index, table in enumerate(tables):
            case_id = (
                str(table.get("id", index + 1)) if isinstance(table, Mapping) else str(index + 1)
            )
            cases.append(parse_case(table, _form_for))
    except CaseError as error:
        raise CaseFileError(error.reason, file=file, case=case_id, field=error.path) from error
    except ValueError as error:
        raise CaseFileError(str(error), file=file, case=case_id) from error
    params = mapping(meta.get("params") or {})
    return cases, {name: value for name, value in params.items() if name not in _NOT_PARAMETERS}


def _form_for(period: Period) -> FormDef:
    """The edition of the month, or the oldest: cases may lie before the first one."""
    valid = [form for form in forms() if form.valid_from <= str(period)]
    return valid[-1] if valid else forms()[0]


def _pack_for(period: Period) -> Pack:
    valid = [pack for pack in packs() if pack.valid_from <= str(period)]
    return valid[-1] if valid else packs()[0]


def _policy(case: Case, parameters: Mapping[str, Any], file: str) -> Policy:
    values = {name: value for name, value in parameters.items() if name not in _NOT_PARAMETERS}
    try:
        return build_policy(changed(_pack_for(case.facts.period), values), rule_texts(), topics())
    except ValueError as error:
        raise CaseFileError(str(error), file=file, case=case.id, field="params") from error


def read_parameters(path: Path) -> dict[str, Any]:
    """Return the parameters of a file (YAML, or TOML by its ending) by name.

    A table per parameter, as in the catalogue itself, gives its ``value`` or ``default``.

    Raises:
        CaseFileError: not readable, or something else than names and values.
    """
    data = read_toml(path) if path.suffix.lower() == ".toml" else read_text_yaml(path)
    if not isinstance(data, Mapping):
        raise CaseFileError("应是参数名和值", file=path.name)
    inner = [
        data[name]
        for name in ("params", "parameters", "process", "process_parameters")
        if name in data
    ]
    tables = inner if inner and all(isinstance(table, Mapping) for table in inner) else [data]
    values = {name: _value(value) for table in tables for name, value in table.items()}
    return {name: value for name, value in values.items() if name not in _NOT_PARAMETERS}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        for name in ("value", "default"):
            if name in value:
                return value[name]
    return value


def read_text_yaml(path: Path) -> Any:
    """Return a YAML file with every scalar as text; only plain ``null`` and ``~`` are None.

    Anchors and aliases, doubled keys, more than one document and deep nesting are refused.

    Raises:
        CaseFileError: not readable, too large, or not such a file.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CaseFileError("文件太大", file=path.name)
        content = path.read_bytes().decode("utf-8-sig")
        return _Builder().build(yaml.parse(content, Loader=_Loader))
    except OSError as error:
        raise CaseFileError("文件读不出来", file=path.name) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CaseFileError("不是YAML文件", file=path.name) from error
    except CaseError as error:
        raise CaseFileError(error.reason, file=path.name, field=error.path) from error


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


class _Builder:
    """Builds plain values from YAML events, without recursion and without copies."""

    def __init__(self) -> None:
        self._open: list[list[Any] | dict[str, Any]] = []
        self._keys: list[str | None] = []
        self._result: Any = None
        self._documents = 0

    def build(self, events: Any) -> Any:
        """Return the value of the one document."""
        for event in events:
            self._event(event)
        return self._result

    def _event(self, event: yaml.Event) -> None:
        match event:
            case yaml.AliasEvent():
                raise CaseError("", f"第{_line(event)}行：不接受锚点引用")
            case yaml.ScalarEvent():
                plain = not event.style and event.value in {"null", "~"}
                self._add(None if plain else event.value, event)
            case yaml.SequenceStartEvent():
                self._start([], event)
            case yaml.MappingStartEvent():
                self._start({}, event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()
                self._keys.pop()
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise CaseError("", "一个文件只能有一份内容")

    def _start(self, container: list[Any] | dict[str, Any], event: yaml.Event) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise CaseError("", f"第{_line(event)}行：嵌套太深")
        self._add(container, event)
        self._open.append(container)
        self._keys.append(None)

    def _add(self, value: Any, event: yaml.Event) -> None:
        if not self._open:
            self._result = value
            return
        top = self._open[-1]
        if isinstance(top, list):
            top.append(value)
        elif self._keys[-1] is None:
            if not isinstance(value, str) or value in top:
                raise CaseError(str(value), f"第{_line(event)}行：字段名不对或重复")
            self._keys[-1] = value
        else:
            top[self._keys[-1]] = value
            self._keys[-1] = None
