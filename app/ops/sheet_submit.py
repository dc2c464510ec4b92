"""Submitting a household: freeze what it said, open and withdraw warnings and changes to do."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.domain import rules, warning
from app.domain.household import AnswerKey, Finding
from app.domain.lifecycle import PROGRAM
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.facts import snapshot
from app.models.form import Sheet
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import changes, sheet_context, warnings
from app.ops.changed import Changed
from app.ops.sheet_answers import contradictions, require_filling
from app.ops.sheet_context import SheetContext, month_of


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of submitting a household: what is missing, or what was found and opened."""

    state: str
    missing: tuple[AnswerKey, ...]
    findings: tuple[Finding, ...]
    opened: tuple[str, ...]
    changed: Changed


def submit_sheet(
    store: Store, actor: Actor, sheet_id: str, today: date, reason: str = ""
) -> Submitted:
    """Submit a household: evaluate the stored answers again, open and withdraw warnings.

    With required questions unanswered, or answers that contradict each other, nothing is written
    and ``missing`` names them. ``reason``: of a correction in a closed month.

    Raises:
        SheetStateError: the month takes no answers.
    """
    with store.write("sheet.submit", actor, reason) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet, reason)
        return submit_in(session, actor, sheet, today, store.level)


def submit_in(session: Session, actor: Actor, sheet: Sheet, today: date, level: str) -> Submitted:
    """Submit a household within an operation that has checked that the month takes answers."""
    period = Period.parse(sheet.period)
    context = sheet_context.one(session, month_of(period, today), sheet.household_id)
    found = outcome(context)
    if found.missing:
        return found
    _freeze(sheet, actor, context, found.findings, today)
    opened = _reconcile(session, sheet, found.findings, context, today)
    entries = context.given.answers.get(("EV-03", ""))
    if isinstance(entries, tuple):
        changes.changes_from_answers(
            session,
            household_id=sheet.household_id,
            period=period,
            items=entries,
            actor=actor,
            today=today,
            level=level,
        )
    tables = frozenset({"sheet", "warning", "natural_change"})
    changed = Changed(tables, frozenset({sheet.household_id}))
    return replace(found, opened=opened, changed=changed)


def outcome(context: SheetContext) -> Submitted:
    """Return what submitting a household would say, without writing anything."""
    findings = tuple(rules.evaluate(context.facts, context.form, context.policy))
    missing = tuple(dict.fromkeys((*context.missing, *contradictions(context))))
    state = "partial" if missing else context.sheet_state(is_closed=False)
    return Submitted(state, missing, findings, (), Changed())


def _freeze(
    sheet: Sheet,
    actor: Actor,
    context: SheetContext,
    findings: tuple[Finding, ...],
    today: date,
) -> None:
    """Keep with the sheet what its submission said."""
    facts = context.facts
    per_capita = rules.derive(facts, context.policy).per_capita if facts.income else None
    sheet.submitted_on = today
    sheet.submitted_by = actor.name
    sheet.per_capita = None if per_capita is None else str(per_capita)
    sheet.shortfall_codes = ",".join(dict.fromkeys(f.code for f in findings))
    sheet.roster_snapshot = snapshot(facts.members)


def _reconcile(
    session: Session,
    sheet: Sheet,
    findings: tuple[Finding, ...],
    context: SheetContext,
    today: date,
) -> tuple[str, ...]:
    """Open, raise and withdraw warnings; return the ids of the opened ones."""
    loaded = {w.row.id: w for w in warnings.load_all(session, {sheet.household_id})}
    known = [
        warning.Known(
            w.row.id,
            w.row.code,
            w.row.member_id,
            w.severity,
            w.state,
            w.row.period,
            w.row.is_manual,
        )
        for w in loaded.values()
    ]
    lasting = [f for f in findings if rules.becomes_warning(f.code, context.form, context.policy)]
    result = warning.reconcile(lasting, known, sheet.period)
    opened = []
    for finding in result.opened:
        occurrence = 1 + sum(
            (k.code, k.member_id) == (finding.code, finding.member_id) for k in known
        )
        row = _warning_row(sheet, finding, occurrence, today)
        session.add(row)
        opened.append(row.id)
    for warning_id, finding in result.raised:
        w = loaded[warning_id]
        warnings.raise_severity(session, w, finding.severity, finding.message, today)
    for warning_id in result.withdrawn:
        w = loaded[warning_id]
        note = warnings.StepInput(note="答案已更正")
        warnings.add_step(session, w.row, w.steps, "withdraw", PROGRAM, note, "程序", today)
    # What is no longer asked, or no longer true, is marked; a person decides (A17b, A18r).
    session.flush()
    found = {(f.code, f.member_id) for f in findings}
    warnings.propose_obsolete(
        session, sheet.household_id, set(context.asked), found, context.form, today
    )
    return tuple(opened)


def _warning_row(sheet: Sheet, finding: Finding, occurrence: int, today: date) -> HouseholdWarning:
    return HouseholdWarning(
        id=natural_id(
            "warning", sheet.household_id, finding.code, finding.member_id, str(occurrence)
        ),
        scope=sheet.scope,
        household_id=sheet.household_id,
        member_id=finding.member_id,
        code=finding.code,
        occurrence=occurrence,
        severity=finding.severity,
        message=finding.message,
        basis=finding.basis,
        values=warnings.values_text(finding.values),
        question=finding.fields[0][0] if finding.fields else "",
        parts=",".join(finding.parts),
        period=sheet.period,
        opened_on=today,
    )
