"""The papers of the life cycles: which there are for a thing now, and printing one."""

import time
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.domain.case import CASE
from app.domain.lifecycle import LEVELS
from app.domain.papers import BY_HAND, CLUE_SHEET, FOLLOW_UP, PAPERS, PERIOD_PAPERS, PaperSource
from app.domain.period import Period
from app.domain.warning import WARNING
from app.models.step import Step
from app.models.store import Store
from app.ops import (
    case_rows,
    changes,
    monitoring_papers,
    paper_sources,
    statistics,
    warning_rows,
)
from app.ops.errors import UnknownItemError
from app.ops.lives import SUBJECT_WORDS, Living
from app.ops.paper_errors import PaperNotReadyError, UnknownPaperError
from app.ops.paper_sources import Asked
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, draw, unknown_warnings

SUBJECTS = {"case": "monitored_case", "clue": "monitored_case", "change": "natural_change"}
"""Words of the command line that mean another subject."""


@dataclass(frozen=True, slots=True)
class PaperOffer:
    """A paper that can be printed now. ``on``: day of its step, None: to be filled in by hand."""

    name: str
    step: str
    on: date | None
    step_id: str = ""


def papers_for(store: Store, subject: str, item_id: str) -> list[PaperOffer]:
    """Return the papers of a thing, in the order of the seven steps.

    Of a step that was taken more than once, the last one counts.

    Raises:
        UnknownPaperError: nothing of this subject has papers.
        UnknownItemError, UnknownWarningError: no such thing.
    """
    about = _subject(subject)
    if about == "period":
        return [PaperOffer(name, "关账", None) for name in PERIOD_PAPERS]
    with store.read() as session:
        return _offers(session, about, _thing(session, about, item_id))


def print_paper(store: Store, name: str, subject: str, item_id: str, printing: Printing) -> Printed:
    """Print one paper of one thing. ``item_id``: of a month ``2025-10``.

    Raises:
        UnknownPaperError: there is no such paper.
        PaperNotReadyError: its step has not been taken.
        UnknownItemError, UnknownWarningError: no such thing.
        PaperNotSavedError: the file cannot be written; the path is as it was.
    """
    from app.reports import papers  # noqa: PLC0415  ReportLab loads when it is needed

    about = _subject(subject)
    if name not in PAPERS[about]:
        names = "、".join(PAPERS[about])
        raise UnknownPaperError(subject=SUBJECT_WORDS[about], name=name, names=names)
    if about == "period":
        return _print_month(store, name, Period.parse(item_id), printing)
    with store.read() as session:
        thing = _thing(session, about, item_id)
        offers = _offers(session, about, thing)
        offer = next((one for one in offers if one.name == name), None)
        if offer is None:
            names = "、".join(one.name for one in offers) or "没有"
            raise PaperNotReadyError(name=name, names=names)
        asked = Asked(name, thing, offer.step_id, printing.today)
        source = _source(session, store, about, asked)
    noted = Noted(name, max(1, len({line[2] for line in source.lines})))
    return draw(store, printing, noted, lambda: papers.render(source, printing.path))


def _print_month(store: Store, name: str, period: Period, printing: Printing) -> Printed:
    if name == "台账":
        return monitoring_papers.print_ledger(store, None, printing)
    report = statistics.monthly_report(store, period, printing.today)
    made = statistics.print_report(store, printing.actor, report, printing.path)
    seconds = time.perf_counter() - printing.begun
    return Printed(Noted(name, 0, made.pages), seconds, unknown_warnings(made.unknown))


def _subject(subject: str) -> str:
    about = SUBJECTS.get(subject, subject)
    if about not in PAPERS:
        words = "、".join(SUBJECT_WORDS[one] for one in PAPERS)
        raise UnknownPaperError(subject=subject, name="", names=words)
    return about


def _thing(session: Session, about: str, item_id: str) -> Living:
    if about == CASE.subject:
        return case_rows.one(session, item_id).thing
    if about == WARNING.subject:
        return warning_rows.one(session, item_id).thing
    found = next((one for one in changes.load(session) if one.row.id == item_id), None)
    if found is None:
        raise UnknownItemError(item_id=item_id, what=SUBJECT_WORDS[about])
    return found


def _source(session: Session, store: Store, about: str, asked: Asked) -> PaperSource:
    item_id = asked.thing.row.id
    if about == CASE.subject:
        return paper_sources.of_case(session, store, asked, case_rows.one(session, item_id))
    if about == WARNING.subject:
        return paper_sources.of_warning(session, store, asked, warning_rows.one(session, item_id))
    return paper_sources.of_change(session, store, asked)


def _offers(session: Session, about: str, thing: Living) -> list[PaperOffer]:
    found: dict[str, PaperOffer] = {}
    for row in (row for level in LEVELS for row in thing.life.buttons(thing.standing, level)):
        for name in BY_HAND.intersection(row.prints):
            found[name] = PaperOffer(name, row.label, None)
    for step, row in thing.standing.taken:
        for name in row.prints:
            on = step.step_on if isinstance(step, Step) else None
            found[name] = PaperOffer(name, row.label, on, step.id)
    found |= _of_itself(session, about, thing)
    return [found[name] for name in PAPERS[about] if name in found]


def _of_itself(session: Session, about: str, thing: Living) -> dict[str, PaperOffer]:
    """Return the papers that belong to no step: how a clue came, and who looked in again."""
    if about == CASE.subject:
        clue = case_rows.one(session, thing.row.id).clue
        if clue is None:
            return {}
        return {CLUE_SHEET: PaperOffer(CLUE_SHEET, "登记", clue.received_on)}
    if about == WARNING.subject:
        visit = paper_sources.last_follow_up(session, warning_rows.one(session, thing.row.id))
        if visit is not None:
            return {FOLLOW_UP: PaperOffer(FOLLOW_UP, "回访", visit.visited_on)}
    return {}
