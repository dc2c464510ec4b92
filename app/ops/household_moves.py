"""What goes along when people change households (并户, 分户): warnings, measures, the case.

Nothing hangs on a household that has ended, and no help is lost (脱贫不脱政策): what is open goes
on where the people are. What had ended stays, as history of the household where it was.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import case, natural_change, warning
from app.domain.attachment import natural_parts
from app.domain.natural_change import NATURAL_CHANGE
from app.models.attachment import Attachment
from app.models.base import natural_id
from app.models.change import NaturalChange, details_of
from app.models.form import Sheet
from app.models.household import HelperAssignment, Household, MonitoredCase
from app.models.step import steps_of
from app.ops import case_rows, due_list, measure_rows, register_rows, warning_rows
from app.ops.case_rows import LoadedCase
from app.ops.lives import THE_PROGRAM, Living, StepInput, living, write_step
from app.ops.proofs import Proofs
from app.ops.warning_rows import Loaded

SETTLED = frozenset({case.MONITORING, case.RISK_REMOVED})  # nothing of the case is under way
_ASIDE = frozenset({"id", "subject", "subject_id", "household_id", "scope"})


@dataclass(frozen=True, slots=True)
class Move:
    """A way from one household to another, and the day on which it is noted.

    ``is_decided``: it comes with the township's decision, not by itself at a village afterwards.
    """

    source: Household
    target: Household
    today: date
    is_decided: bool = True

    @property
    def twin(self) -> str:
        """The step for a warning that the other household has open already (A17, A17b)."""
        return "cancel" if self.is_decided else "propose-cancel"

    @property
    def words(self) -> str:
        """Where everything went, for the steps."""
        return f"并入{self.target.household_no}号户"


def merge(session: Session, move: Move) -> None:
    """Lead everything that is open on a household on at the one that it joined."""
    _move_warnings(session, move, _open_warnings(session, move.source))
    _move_measures(session, move, measure_rows.load(session, [move.source.id]))
    _move_cases(session, move)
    _move_registers(session, move)
    _end_helpers(session, move)
    excuse(session, move.source, move.words)


def split(session: Session, move: Move, member_ids: Collection[str]) -> None:
    """Let the warnings and measures of those who leave go with them.

    What is of the whole household, and its case, stays with the 原户 (processes d, E3); a measure
    of the household goes only if everything that it answers goes.
    """
    going = [w for w in _open_warnings(session, move.source) if w.row.member_id in member_ids]
    _move_warnings(session, move, going)
    gone = {loaded.row.id for loaded in going}
    own = measure_rows.load(session, [move.source.id])
    _move_measures(session, move, [m for m in own if _goes(m, member_ids, gone)])


def follow(session: Session, today: date) -> frozenset[str]:
    """Lead on what was begun on a household before its merging was known here.

    Returns the households that got something.
    """
    found = set()
    for source_id, target_id in _merged(session).items():
        source, target = session.get(Household, source_id), session.get(Household, target_id)
        if source is None or target is None or target.removed_on is not None:
            continue  # a package may name whom it likes
        if not has_open(session, source):
            continue
        merge(session, Move(source, target, today, is_decided=False))
        found.add(target_id)
    return frozenset(found)


def end(session: Session, home: Household, words: str, today: date) -> None:
    """End what a household that is no more leaves behind; measures are asked about, never ended."""
    for found in case_rows.load(session, [home.id]):
        case_rows.extinguish(session, found.id, today, words)
    for register, action in (
        (register_rows.DOUBT, "correct"),
        (register_rows.NEGATIVE, "harmless"),
    ):
        for thing in _open_ones(session, register, home.id):
            write_step(session, thing, action, THE_PROGRAM, StepInput(words, today))
    for row in _helpers(session, home):
        row.ended_on = home.removed_on
    excuse(session, home, words)


def excuse(session: Session, home: Household, words: str) -> None:
    """Say in the running month why a household that has ended was not visited (不漏一户)."""
    period = due_list.running(session, home.scope)
    sheet = session.get(Sheet, natural_id("sheet", home.id, str(period))) if period else None
    if sheet is not None and sheet.submitted_on is None and not sheet.unvisited_reason:
        sheet.unvisited_reason = f"其他：{words}"


def living_case(session: Session, household_id: str) -> LoadedCase | None:
    """Return the case or clue of a household that is open and counts, None without one.

    What is under way counts before a case that is 已消除.
    """
    found = case_rows.load(session, [household_id])
    newest = case_rows.newest(found)
    own = [f for f in found if f.thing.is_open and f.id in newest]
    return min(own, key=lambda f: f.state == case.RISK_REMOVED, default=None)


def _open_warnings(session: Session, home: Household) -> list[Loaded]:
    found = warning_rows.load(session, {home.id})
    return [loaded for loaded in found if loaded.state not in warning.ENDED]


def _move_warnings(session: Session, move: Move, going: Iterable[Loaded]) -> None:
    there = {(w.row.code, w.row.member_id): w for w in _open_warnings(session, move.target)}
    photos = Proofs(session, {move.source.id})
    for loaded in going:
        row = loaded.row
        _move_photos(session, move, row.id, photos.of(row))
        row.household_id = move.target.id
        twin = there.get((row.code, row.member_id))
        if twin is not None and row.code not in loaded.policy.process["event_items"]:
            given = StepInput(f"{move.words}，同一条接着办", move.today, {"linked_id": twin.row.id})
            write_step(session, loaded.thing, move.twin, THE_PROGRAM, given)
            _answer_too(session, move, row.id, twin.row.id)
    session.flush()


def _move_photos(
    session: Session, move: Move, warning_id: str, photos: Iterable[Attachment]
) -> None:
    """A photo of the warning goes along; one of the month's answer is hung on the warning too."""
    for photo in photos:
        if photo.subject == "warning":
            photo.household_id = move.target.id
            continue
        copied = {
            column.name: getattr(photo, column.name)
            for column in Attachment.__table__.columns
            if column.name not in _ASIDE
        }
        row_id = natural_id(
            *natural_parts("warning", warning_id, "", photo.member_id, photo.sha256)
        )
        if session.get(Attachment, row_id) is None:
            session.add(
                Attachment(
                    id=row_id,
                    scope=move.target.scope,
                    subject="warning",
                    subject_id=warning_id,
                    household_id=move.target.id,
                    **copied | {"question_code": ""},
                )
            )


def _answer_too(session: Session, move: Move, warning_id: str, twin_id: str) -> None:
    """What answers a warning that ends as a double answers the one that goes on."""
    for thing in measure_rows.answering(session, warning_id, move.source.id):
        ids = [*thing.row.warning_ids.split(","), twin_id]
        thing.row.warning_ids = ",".join(dict.fromkeys(ids))


def _move_measures(session: Session, move: Move, going: Iterable[Living]) -> None:
    ids = []
    for thing in going:
        thing.row.household_id = move.target.id
        ids.append(thing.row.id)
    photos = select(Attachment).filter_by(subject="measure").where(Attachment.subject_id.in_(ids))
    for photo in session.scalars(photos):
        photo.household_id = move.target.id
    session.flush()


def _goes(measure: Living, member_ids: Collection[str], gone: Collection[str]) -> bool:
    row = measure.row
    if row.member_id:
        return row.member_id in member_ids
    answers = set(filter(None, row.warning_ids.split(",")))
    return bool(answers) and answers <= set(gone)


def _move_cases(session: Session, move: Move) -> None:
    """One living case per household (processes b): the one 未消除 goes on, else the target's.

    Of two, the source's ends as 整户消亡 (B18: counted members = 0, all moved out), so that the
    merged household is counted once. Two of which one is under way are refused before (E4).
    """
    own = living_case(session, move.source.id)
    other = living_case(session, move.target.id)
    if own is None:
        return
    is_needed = other is None or (own.state, other.state) == (case.MONITORING, case.RISK_REMOVED)
    if not is_needed:
        if move.is_decided:
            case_rows.extinguish(session, own.id, move.today, f"{move.words}，由该户接续")
        return
    for found in case_rows.load(session, [move.source.id]):
        if found.thing.is_open:
            _move_case(session, move, found)


def _move_case(session: Session, move: Move, found: LoadedCase) -> None:
    if found.clue is not None:
        found.clue.household_id = move.target.id
    if found.case is not None:
        query = select(func.max(MonitoredCase.case_no)).filter_by(household_id=move.target.id)
        number = (session.scalar(query) or 0) + 1
        found.case.household_id, found.case.case_no = move.target.id, number
    session.flush()


def _move_registers(session: Session, move: Move) -> None:
    """Issues and negative-list checks go on; doubts were of the household's own data."""
    for register in (register_rows.ISSUE, register_rows.NEGATIVE):
        for thing in _open_ones(session, register, move.source.id):
            thing.row.household_id = move.target.id
    for thing in _open_ones(session, register_rows.DOUBT, move.source.id):
        write_step(session, thing, "correct", THE_PROGRAM, StepInput(move.words, move.today))
    session.flush()


def _end_helpers(session: Session, move: Move) -> None:
    """Whoever answered for the household answers for the other one, if nobody does yet."""
    is_helped = bool(_helpers(session, move.target))
    for row in _helpers(session, move.source):
        ended_on = move.source.removed_on or move.today
        row.ended_on = max(ended_on, row.assigned_on)
        # Two laptops that decide the same merging make the same row.
        row_id = natural_id("helper_assignment", move.target.id, row.id)
        if not is_helped and session.get(HelperAssignment, row_id) is None:
            session.add(
                HelperAssignment(
                    id=row_id,
                    scope=move.target.scope,
                    household_id=move.target.id,
                    helper_id=row.helper_id,
                    assigned_on=row.ended_on,
                )
            )
    session.flush()


def _helpers(session: Session, home: Household) -> list[HelperAssignment]:
    query = select(HelperAssignment).filter_by(household_id=home.id, ended_on=None)
    return list(session.scalars(query.order_by(HelperAssignment.id)))


def _open_ones(
    session: Session, register: register_rows.Register, household_id: str
) -> list[Living]:
    return [t for t in register_rows.load(session, register, household_id) if t.is_open]


def has_open(session: Session, source: Household) -> bool:
    """Tell whether warnings, measures or a case hang on a household."""
    measures = measure_rows.load(session, [source.id])
    return bool(_open_warnings(session, source) or measures) or (
        living_case(session, source.id) is not None
    )


def _merged(session: Session) -> dict[str, str]:
    """Return household → the one that it has become part of in the end."""
    query = select(NaturalChange).filter_by(change_kind=natural_change.MERGE)
    rows = list(session.scalars(query.order_by(NaturalChange.id)))
    steps = steps_of(session, NATURAL_CHANGE.subject, [row.id for row in rows])
    into = {
        row.household_id: str(details_of(row).get("target_household_id", ""))
        for row in rows
        if living(row, steps.get(row.id, []), NATURAL_CHANGE, row.change_kind).state
        == natural_change.DONE
    }
    found = {}
    for source, target in into.items():
        seen = {source}
        while target in into and target not in seen:
            seen.add(target)
            target = into[target]  # noqa: PLW2901  the household at the end of the way
        found[source] = target
    return found
