"""The paper way in a workbook: the month's checklists written out, and read back cell by cell."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.checklist_paper import Met, cell_text, is_same, parse_cell, parse_met, split_note
from app.domain.form import Question, note_problem
from app.domain.household import AnswerKey, AnswerValue, Finding
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.visit_paper import VisitPaper
from app.errors import Where
from app.excel.checklist import ChecklistRow, FilledCell, read_checklist, write_checklist
from app.models.form import Sheet
from app.models.store import Store
from app.ops import months, sheet_context
from app.ops.errors import NotDueError
from app.ops.plan_sources import area_names
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, noted
from app.ops.sheet_answers import put, put_note, put_visit, refusals, require_filling
from app.ops.sheet_context import SheetContext, month_of
from app.ops.sheet_submit import Submitted, outcome, submit_in
from app.ops.visit_papers import paper_of

STRIP: AnswerKey = ("BF-03", "")
_SUMS = (("IN-07", ""), ("IN-01", ""))


@dataclass(frozen=True, slots=True)
class CellNote:
    """What became of one cell, for the list of refused or warned ones."""

    where: Where
    reason_code: str
    message: str


@dataclass
class Filled:
    """What a file brought. ``created``, ``updated``, ``unchanged`` count answers.

    ``findings``: household number, person's number, finding, of submitted households.
    ``incomplete``: household number → how many required answers are still missing.
    """

    households: int = 0
    members: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[CellNote] = field(default_factory=list)
    warned: list[CellNote] = field(default_factory=list)
    findings: list[tuple[str, int | None, Finding]] = field(default_factory=list)
    incomplete: dict[str, int] = field(default_factory=dict)
    household_ids: set[str] = field(default_factory=set)


def write_checklists(
    store: Store, household_ids: Collection[str] | None, period: Period, printing: Printing
) -> Printed:
    """Write the month's checklists of the households (None: all that are due) into a workbook.

    Raises:
        NoPeriodError: the month was never opened.
        NotDueError: a household is not due this month, or nobody is.
        OSError: not writable; what stood there before is untouched.
    """
    today = printing.today
    with store.read() as session:
        months.require_open(session, store.area_code, period)
        due = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
        wanted = due if household_ids is None else set(household_ids)
        if not wanted or wanted - due:
            raise NotDueError(period=str(period))
        found = sheet_context.load(session, month_of(period, today), wanted)
        areas = area_names(session, store)
        rows = [row for context in found for row in _rows(context, paper_of(context, areas, today))]
    write_checklist(printing.path, f"{period}走访登记表", rows)
    return noted(store, printing, Noted(f"月度走访登记表（{period}）", len(found), 1))


def _rows(context: SheetContext, paper: VisitPaper) -> Iterator[ChecklistRow]:
    head = (paper.hamlet_group, paper.household_no, paper.head_name)
    strip = context.form.head
    present = "　".join(paper.members)
    yield ChecklistRow(
        (*head, strip.label, STRIP[0], f"见到谁？{present}", "", paper.head_strip, ""),
        _row_key(context, STRIP),
        starts_household=True,
    )
    for chapter in paper.chapters:
        for question in chapter.questions:
            for line in question.lines:
                texts = (question.code, question.text, line.who, question.options, line.before)
                yield ChecklistRow((*head, chapter.title, *texts), _row_key(context, line.key))


def _row_key(context: SheetContext, key: AnswerKey) -> str:
    sheet = context.loaded.sheet
    return "|".join((sheet.id if sheet else "", *key))


def fill(store: Store, actor: Actor, period: Period, path: Path, today: date) -> Filled:
    """Take the answers of a filled-in workbook, each household in one transaction.

    A cell that cannot be is refused and listed, the rest of its household is taken; a household
    of which everything is answered is submitted with it.

    Raises:
        TableError: the file cannot be read, or is no checklist.
        NoPeriodError: the month was never opened.
        SheetStateError: the month takes no answers; nothing is written.
    """
    cells = read_checklist(path)
    result = Filled()
    with store.read() as session:
        months.require_open(session, store.area_code, period)
        sheets = {s.id: s for s in session.scalars(select(Sheet).filter_by(period=str(period)))}
        for sheet in list(sheets.values())[:1]:
            require_filling(session, sheet)
    for sheet_id, group in _by_sheet(cells, sheets, result).items():
        _fill_household(store, actor, sheet_id, group, today, result)
    return result


def _by_sheet(
    cells: Iterable[FilledCell], sheets: Collection[str], result: Filled
) -> dict[str, dict[AnswerKey, FilledCell]]:
    """Return sheet id → its cells by question and person; refuses rows that are not known."""
    found: dict[str, dict[AnswerKey, FilledCell]] = {}
    for cell in cells:
        sheet_id, _, rest = cell.key.partition("|")
        code, mark, member_id = rest.partition("|")
        if not mark:
            _refuse(result, cell, "unknown_row", "这一行没有编号，不知道是哪户哪题。")
        elif sheet_id not in sheets:
            _refuse(result, cell, "not_due", "这一行不是本村这个月的。")
        elif (code, member_id) in found.get(sheet_id, {}):
            _refuse(result, cell, "twice", "同一户同一题填了两行。")
        else:
            found.setdefault(sheet_id, {})[code, member_id] = cell
    return found


def _refuse(result: Filled, cell: FilledCell, code: str, message: str) -> None:
    result.rejected.append(CellNote(cell.where, code, message))


def _fill_household(
    store: Store,
    actor: Actor,
    sheet_id: str,
    cells: dict[AnswerKey, FilledCell],
    today: date,
    result: Filled,
) -> None:
    with store.write("sheet.fill", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet)
        period = Period.parse(sheet.period)
        context = sheet_context.one(session, month_of(period, today), sheet.household_id)
        met = _met(context, cells, today, result)
        values = _values(context, cells, today, result)
        if met is not None:
            values[STRIP] = met.way
        for key, reason in refusals(context, values).items():
            _refuse(result, cells[key], "value", reason)
            del values[key]
        notes = _notes(context, cells, values)
        changed = _count(context, cells, values, notes, result)
        if changed:
            _write(session, sheet, context, changed, met, actor, today)
            for key, note in notes.items():
                put_note(session, sheet, key, note)
            session.flush()
            _tell(context, submit_in(session, actor, sheet, today, store.level), result)
        else:
            _tell(context, outcome(context), result)
    result.households += 1
    result.members += len({member_id for _, member_id in cells if member_id})
    if changed:
        result.household_ids.add(context.given.household_id)


def _met(
    context: SheetContext, cells: dict[AnswerKey, FilledCell], today: date, result: Filled
) -> Met | None:
    cell = cells.get(STRIP)
    if cell is None:
        return None
    question = context.form.question(STRIP[0])
    try:
        return parse_met(question, cell_text(cell.value), context.given.members, today)
    except ValueError as error:
        _refuse(result, cell, "value", f"{error}。")
        return None


def _values(
    context: SheetContext, cells: dict[AnswerKey, FilledCell], today: date, result: Filled
) -> dict[AnswerKey, AnswerValue | None]:
    """Read the cells in the order of the form; refuses what cannot be read."""
    people = {member.id for member in context.given.members}
    order = {question.code: place for place, question in enumerate(context.form.questions)}
    found: dict[AnswerKey, AnswerValue | None] = {}
    for key, cell in sorted(cells.items(), key=lambda item: order.get(item[0][0], -1)):
        question = context.form.by_code.get(key[0])
        owners = people if question is not None and question.scope == "member" else {""}
        if question is None or key[1] not in owners:
            _refuse(result, cell, "unknown_row", "没有这道题或这个人。")
        elif key != STRIP:
            try:
                found[key] = _read(context, question, key, cell_text(cell.value), today)
            except ValueError as error:
                _refuse(result, cell, "value", f"{error}。")
    return found


def _read(
    context: SheetContext, question: Question, key: AnswerKey, text: str, today: date
) -> AnswerValue | None:
    if not is_same(text):
        answer, note = split_note(question, text)
        value = parse_cell(question, answer, context.given.members, today)
        lacks = note_problem(question, value) if value is not None else ""
        if lacks and not note and not context.given.notes.get(key, "").strip():
            raise ValueError(f"{lacks}：在冒号后面写，例如“{answer.strip()}:屋顶漏水”")
        return value
    shown = context.prefilled.get(key, context.resting.get(key))
    if shown is None or key == context.spot_check:
        raise ValueError("没有可以照旧的值，请写本月的答案")
    return shown


def _notes(
    context: SheetContext,
    cells: dict[AnswerKey, FilledCell],
    values: dict[AnswerKey, AnswerValue | None],
) -> dict[AnswerKey, str]:
    """Return the words beside the answers that were not noted yet."""
    found = {
        key: split_note(context.form.question(key[0]), cell_text(cells[key].value))[1]
        for key in values
        if key[0] in context.form.noted
    }
    return {k: note for k, note in found.items() if note and note != context.given.notes.get(k)}


def _count(
    context: SheetContext,
    cells: dict[AnswerKey, FilledCell],
    values: dict[AnswerKey, AnswerValue | None],
    notes: dict[AnswerKey, str],
    result: Filled,
) -> dict[AnswerKey, AnswerValue | None]:
    """Return the answers that are new or different; those that replace another are warned of."""
    given = context.given.answers
    changed: dict[AnswerKey, AnswerValue | None] = {}
    for key, value in values.items():
        if key in given and given[key] == value and key not in notes:
            result.unchanged += 1
            continue
        changed[key] = value
        if key in given:
            result.updated += 1
            message = "这一题已经填过，现在改成表里写的。"
            result.warned.append(CellNote(cells[key].where, "replaced", message))
        else:
            result.created += 1
    return changed


def _write(  # noqa: PLR0913, PLR0917  one household's answers and visit
    session: Session,
    sheet: Sheet,
    context: SheetContext,
    values: dict[AnswerKey, AnswerValue | None],
    met: Met | None,
    actor: Actor,
    today: date,
) -> None:
    put(session, sheet, context, values)
    if met is not None and STRIP in values:
        put_visit(session, sheet, actor, met.way, today).met_member_id = met.member_id
    session.flush()
    period = Period.parse(sheet.period)
    again = sheet_context.one(session, month_of(period, today), sheet.household_id)
    sums = {
        key: again.prefilled[key]
        for key in _SUMS
        if key in again.asked and key not in again.given.answers and key in again.prefilled
    }
    if sums:  # what adds up by itself is not asked on paper
        put(session, sheet, again, sums)
        session.flush()


def _tell(context: SheetContext, submitted: Submitted, result: Filled) -> None:
    number = context.given.household_no
    if submitted.missing:
        result.incomplete[number] = len(submitted.missing)
    else:
        people = {member.id: member.number for member in context.given.members}
        result.findings += [(number, people.get(f.member_id), f) for f in submitted.findings]
