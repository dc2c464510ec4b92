"""交办单: what a department shall do, on paper and in a workbook that reads back."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.domain import labels, warning
from app.domain.labels import label
from app.domain.papers import ORDER, PaperSource
from app.excel.department_orders import OrderRow
from app.excel.department_orders import write_order as write_rows
from app.models.store import Store
from app.ops import measure_rows, paper_sources, print_log, warning_rows
from app.ops.paper_errors import NothingOrderedError
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, draw
from app.ops.warning_rows import Loaded

ORDERED = frozenset({warning.ASSIGNED, warning.REMEDYING})


def departments(store: Store) -> dict[str, int]:
    """Return the departments that have something to do, with the number of warnings."""
    with store.read() as session:
        found = (name for one in _ordered(session) for name in departments_of(one))
        return dict(sorted(Counter(found).items()))


def departments_of(loaded: Loaded) -> tuple[str, ...]:
    """Return the departments that a warning was assigned to, the leading one first."""
    step = loaded.thing.last("assign")
    if step is None:
        return ()
    joined = loaded.thing.value("departments") or step.department
    return tuple(name for name in joined.split("、") if name)


def print_order(store: Store, department: str, printing: Printing) -> Printed:
    """Print the order of a department: every warning that it has not remedied yet.

    Raises:
        NothingOrderedError: it has nothing to do.
        PaperNotSavedError: the file cannot be written; the path is as it was.
    """
    from app.reports import papers  # noqa: PLC0415  ReportLab loads when it is needed

    today = printing.today
    with store.read() as session:
        name, found = _of_department(session, department)
        source = PaperSource(
            name=ORDER,
            printed_on=today,
            offices=paper_sources.offices(session, store, store.area_code),
            facts={"level": store.level},
            department=name,
            orders=tuple(paper_sources.order_lines(session, found, today)),
        )
    noted = Noted(f"{name}交办单", _homes(found))
    return draw(store, printing, noted, lambda: papers.render(source, printing.path))


def write_order(store: Store, department: str, printing: Printing) -> int:
    """Write the order of a department as a workbook; return the rows.

    Raises:
        NothingOrderedError: it has nothing to do.
        OSError: not writable; what stood there before is untouched.
    """
    with store.read() as session:
        name, found = _of_department(session, department)
        rows = list(_rows(session, name, found, printing.today))
    title = f"{name}交办单"
    written = write_rows(printing.path, title, rows)
    print_log.note(store, printing.actor, Noted(title, _homes(found)), printing.path)
    return written


def _homes(found: list[Loaded]) -> int:
    return len({loaded.row.household_id for loaded in found})


def _rows(session: Session, name: str, found: list[Loaded], today: date) -> Iterator[OrderRow]:
    for loaded in found:
        lines = paper_sources.order_lines(session, [loaded], today)
        measures = measure_rows.answering(session, loaded.row.id, loaded.row.household_id)
        keys = [thing.row.id for thing in measures] or [""]
        for line, measure_id in zip(lines, keys, strict=True):
            told = (
                line.village, line.household_no, line.head_name, line.subject, line.matter,
                label("severity", line.severity), line.due_on,
            )  # fmt: skip
            filled = (line.measure, line.responsible_person, line.done_on, line.result)
            yield OrderRow(told, filled, f"{loaded.row.id}|{measure_id}|{name}")


def _of_department(session: Session, department: str) -> tuple[str, list[Loaded]]:
    name = labels.department(department)
    found = [loaded for loaded in _ordered(session) if name in departments_of(loaded)]
    if not found:
        raise NothingOrderedError(department=name)
    return name, sorted(found, key=lambda one: (-warning.RANK[one.severity], one.row.id))


def _ordered(session: Session) -> list[Loaded]:
    return [loaded for loaded in warning_rows.load(session) if loaded.state in ORDERED]
