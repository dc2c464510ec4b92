"""The catalogue of this program: forms, policies and rules, read from resources once."""

import hashlib
import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.catalogue import CatalogueError, FormDef
from app.domain.form_data import parse_form
from app.domain.income_worksheet import Worksheet, parse_worksheet
from app.domain.period import Period
from app.domain.policy import Policy, RuleText, Topic
from app.domain.policy_data import (
    Pack,
    build_policy,
    parse_pack,
    parse_rules,
    parse_topics,
    without_line,
)
from app.domain.rules import RULE_CODES
from app.domain.visit_flags import VisitFlags, parse_visit_flags

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


class NoPolicyError(CatalogueError):
    """No form or no parameter pack is valid in that month."""

    code = "E602"
    message = "{place}没有可用的{reason}，数据没有变。"
    hint = "请先导入这个月适用的参数包。"


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; fractions are exact decimals, never floats.

    Raises:
        CatalogueError: not readable, or not TOML.
    """
    return parse_toml(read_text(path), path.name)


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        CatalogueError: not readable, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CatalogueError(path.name, "整个文件", "读不出来") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(path.name, "整个文件", "不是UTF-8文字") from error


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Return the tables of a TOML text.

    Raises:
        CatalogueError: not TOML.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(file, "整个文件", f"不是TOML：{error}") from error


def digest(text: str) -> str:
    """Return what tells two packs apart."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def forms() -> tuple[FormDef, ...]:
    """Return all editions of the checklist, oldest first."""
    read = [parse_form(read_toml(p), p.name) for p in sorted((RESOURCES / "forms").glob("*.toml"))]
    return tuple(sorted(read, key=lambda form: form.valid_from))


@lru_cache(maxsize=1)
def packs() -> tuple[Pack, ...]:
    """Return the parameter packs that come with the program, oldest first."""
    return tuple(pack for pack, _ in bundled_packs())


@lru_cache(maxsize=1)
def bundled_packs() -> tuple[tuple[Pack, str], ...]:
    """Return the same packs, each with the text of its file."""
    texts = ((path.name, read_text(path)) for path in (RESOURCES / "policy").glob("*.toml"))
    read = [(parse_pack(parse_toml(text, name), name), text) for name, text in texts]
    return tuple(sorted(read, key=lambda found: found[0].valid_from))


@lru_cache(maxsize=1)
def rule_texts() -> dict[str, RuleText]:
    """Return the words of all computed rules; refuses a file that lacks one or has a stranger."""
    path = RESOURCES / "rules" / "2025.toml"
    rules = parse_rules(read_toml(path), path.name)
    if set(rules) != set(RULE_CODES):
        different = "、".join(sorted(set(rules) ^ set(RULE_CODES)))
        raise CatalogueError(path.name, "rules", f"与程序的规则对不上：{different}")
    return rules


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """Return the topics of matters."""
    path = RESOURCES / "rules" / "matters-2025.toml"
    return parse_topics(read_toml(path), path.name)


@lru_cache(maxsize=1)
def worksheet() -> Worksheet:
    """Return the sources of the income worksheet."""
    path = RESOURCES / "rules" / "income-2025.toml"
    return parse_worksheet(read_toml(path), path.name)


@lru_cache(maxsize=1)
def visit_flags() -> VisitFlags:
    """Return the eight flags of households that must be visited (八必访)."""
    path = RESOURCES / "rules" / "visit-flags-2025.toml"
    return parse_visit_flags(read_toml(path), path.name)


def form_for(period: Period) -> FormDef:
    """Return the checklist of a month; old months keep their edition.

    Raises:
        NoPolicyError: a month before the first edition.
    """
    valid = [form for form in forms() if form.valid_from <= str(period)]
    if not valid:
        raise NoPolicyError("resources/forms", str(period), "监测表")
    return valid[-1]


@lru_cache(maxsize=64)
def policy_for(period: Period) -> Policy:
    """Return the policy of a month; without a line of that year its income rules are off.

    Raises:
        NoPolicyError: a month before the first pack.
    """
    valid = [pack for pack in packs() if pack.valid_from <= str(period)]
    if not valid:
        raise NoPolicyError("resources/policy", str(period), "参数")
    policy = build_policy(valid[-1], rule_texts(), topics())
    return policy if policy.line_year == period.year else without_line(policy)
