"""Who may originate which change (归属): asked by the journal before a write, and on import.

Source: processes.md g and rules.yaml ownership, as data in resources/ownership.toml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.changeset import NEW_ROW, Changeset, FieldChange
from app.domain.lifecycle import LEVELS, PROGRAM

POLICY = "policy:"
SIGNIFICANT = {"county": 6, "township": 9, "village": 12}  # digits of an area code that count


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name as written by the device, and a role key (entry, leader, reviewer …).

    ``administrator`` has every role of the level.
    """

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Roles per level that may write one table or field."""

    label: str
    roles: Mapping[str, frozenset[str]]

    def allows(self, level: str, role: str) -> bool:
        """Tell whether the level and role may write; an administrator needs only the level."""
        roles = self.roles.get(level, frozenset())
        return bool(roles) and (role == "administrator" or role in roles)


@dataclass(frozen=True, slots=True)
class TableRule:
    """The rule of a table, of single fields of it, and what else is asked."""

    rule: Rule
    fields: Mapping[str, Rule] = field(default_factory=dict)
    needs_reason: frozenset[str] = frozenset()
    has_steps: bool = False

    def rule_of(self, change: FieldChange) -> Rule:
        """Return the rule of one change; a new row follows the table's rule."""
        return self.rule if change.field == NEW_ROW else self.fields.get(change.field, self.rule)


@dataclass(frozen=True, slots=True)
class Ownership:
    """The whole table; ``actions``: life cycle → level → its actions."""

    tables: Mapping[str, TableRule]
    actions: Mapping[str, Mapping[str, frozenset[str]]]

    def refusals(
        self, level: str, role: str | None, reason: str, changes: Sequence[FieldChange]
    ) -> list[str]:
        """Return the labels of what may not be written; empty if all may.

        ``role`` None: only the level is judged (a foreign device vouches for its own roles).
        """
        return [
            label for change in changes if (label := self._refusal(level, role, reason, change))
        ]

    def _refusal(
        self, level: str, role: str | None, reason: str, change: FieldChange
    ) -> str | None:
        table = self.tables.get(change.table)
        if table is None:
            return change.table
        rule = table.rule_of(change)
        if not rule.allows(level, role or "administrator"):
            return rule.label
        if level in table.needs_reason and not reason.strip():
            return f"{rule.label}（须写更正原因）"
        if table.has_steps:
            return None if self._may_step(level, change) else rule.label
        return None

    def _may_step(self, level: str, change: FieldChange) -> bool:
        """A step is never rewritten, and its action must be one that the level may ever take."""
        if change.field != NEW_ROW:
            return False
        allowed = self.actions.get(str(change.new.get("subject")), {}).get(level, frozenset())
        claimed = change.new.get("level")
        return change.new.get("action") in allowed and claimed in (level, PROGRAM)

    def objections(self, changeset: Changeset, level: str, area_code: str) -> list[str]:
        """Return why a device of ``level`` and ``area_code`` may not have made this changeset."""
        if not covers(level, area_code, changeset.chain.scope):
            return ["越权：不属于它的地区"]
        refused = self.refusals(level, None, changeset.reason, changeset.changes)
        return [f"越权：{label}" for label in dict.fromkeys(refused)]

    def roles(self, table: str, field_name: str = NEW_ROW) -> Mapping[str, frozenset[str]]:
        """Return level → the roles that may write, for the hint of a refusal."""
        found = self.tables.get(table)
        return found.fields.get(field_name, found.rule).roles if found else {}


def covers(level: str, area_code: str, scope: str) -> bool:
    """Tell whether a scope is a device's own: its policy, or a village inside its area."""
    if scope.startswith(POLICY):
        return scope == POLICY + area_code
    digits = SIGNIFICANT[level]
    return scope[:digits] == area_code[:digits] and len(scope) == len(area_code)


def parse_ownership(
    data: Mapping[str, Any], actions: Mapping[str, Mapping[str, frozenset[str]]]
) -> Ownership:
    """Return the table of a resource file.

    Raises:
        KeyError: a table without label.
    """
    tables = {
        name: TableRule(
            rule=_rule(spec),
            fields={key: _rule(value) for key, value in spec.get("fields", {}).items()},
            needs_reason=frozenset(spec.get("needs_reason", ())),
            has_steps=spec.get("steps", False),
        )
        for name, spec in data["tables"].items()
    }
    return Ownership(tables, actions)


def _rule(spec: Mapping[str, Any]) -> Rule:
    return Rule(spec["label"], {lv: frozenset(spec[lv]) for lv in LEVELS if lv in spec})
