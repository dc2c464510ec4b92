"""参数试算: a month judged again with changed parameters; nothing is saved."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import rules, scope
from app.domain.catalogue import CatalogueError
from app.domain.household import Finding
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.policy_data import build_policy
from app.domain.policy_file import ParameterChange, changes, to_toml, whole_pack
from app.models.form import Sheet
from app.models.store import Store
from app.ops import catalogue, policies, sheet_context
from app.ops.errors import NoPeriodError
from app.ops.sheet_context import SheetContext, month_of

_FILE = "试算"


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding that only one of the two parameter sets has."""

    household_id: str
    household_no: str
    head_name: str
    village: str
    code: str
    member_id: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What the changed parameters would do.

    Attributes:
        households: how many were judged: those with a sheet this month.
        due_in, due_out: numbers of the households that would be due, or no longer.
        counts: code -> households with a finding now, and with the changed parameters.
    """

    period: Period
    changes: tuple[ParameterChange, ...]
    households: int
    came_in: tuple[Hit, ...]
    dropped_out: tuple[Hit, ...]
    due_in: tuple[str, ...]
    due_out: tuple[str, ...]
    counts: Mapping[str, tuple[int, int]]


def try_parameters(store: Store, period: Period, values: Mapping[str, str], today: date) -> Trial:
    """Judge a month again with some parameters changed.

    Raises:
        NoPeriodError: nobody has a sheet in that month.
        CatalogueError: an unknown parameter, or a value that it cannot have.
    """
    with store.read() as session:
        policy, changed = _changed(session, period, values)
        due = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
        if not due:
            raise NoPeriodError(period=str(period))
        everybody = sheet_context.load(session, month_of(period, today), None)
        judged = [context for context in everybody if context.given.household_id in due]
        pairs = [(c, _findings(c), _findings(replace(c, policy=policy))) for c in judged]
        due_before = {c.given.household_no for c in everybody if _is_due(c, c.policy)}
        due_after = {c.given.household_no for c in everybody if _is_due(c, policy)}
        return Trial(
            period=period,
            changes=changed,
            households=len(judged),
            came_in=tuple(h for c, old, new in pairs for h in _only(c, new, old)),
            dropped_out=tuple(h for c, old, new in pairs for h in _only(c, old, new)),
            due_in=tuple(sorted(due_after - due_before)),
            due_out=tuple(sorted(due_before - due_after)),
            counts=_counts(pairs),
        )


def _changed(
    session: Session, period: Period, values: Mapping[str, str]
) -> tuple[Policy, tuple[ParameterChange, ...]]:
    """Return the month's policy with the values; a line that is given counts for the month."""
    base = policies.newest(session, period)
    if not values:
        raise CatalogueError(_FILE, "参数", "没有给出要试的参数")
    tables = catalogue.parse_toml(base.text, base.file)
    given = {"valid_from": str(period), **values}
    text = to_toml(whole_pack(tables, given, _FILE))
    pack = policies.read_pack(text, _FILE)
    policy = build_policy(pack, catalogue.rule_texts(), catalogue.topics())
    if policy.line_year != period.year:
        policy = replace(policy, line=None)
    return policy, tuple(changes(base.pack, pack))


def _findings(context: SheetContext) -> list[Finding]:
    return rules.evaluate(context.facts, context.form, context.policy)


def _is_due(context: SheetContext, policy: Policy) -> bool:
    facts = context.given
    return scope.is_due(facts, facts.period, policy, bool(facts.open_warnings))


def _only(
    context: SheetContext, found: Iterable[Finding], other: Iterable[Finding]
) -> Iterable[Hit]:
    known = {(f.code, f.member_id) for f in other}
    for finding in found:
        if (finding.code, finding.member_id) not in known:
            yield Hit(
                household_id=context.given.household_id,
                household_no=context.given.household_no,
                head_name=context.head_name,
                village=context.loaded.household.scope,
                code=finding.code,
                member_id=finding.member_id,
                severity=finding.severity,
                message=finding.message,
            )


def _counts(
    pairs: Iterable[tuple[SheetContext, list[Finding], list[Finding]]],
) -> dict[str, tuple[int, int]]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for _, old, new in pairs:
        before.update({finding.code for finding in old})
        after.update({finding.code for finding in new})
    codes = sorted(code for code in before | after if before[code] != after[code])
    return {code: (before[code], after[code]) for code in codes}
