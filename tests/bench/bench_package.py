"""How long a village's month takes as a package, out and in, beside the least of the same run.

Run it by hand: ``python -m tests.bench.bench_package``. Sixty sheets of sixty answers, written
once with one operation for each field (as a person types), once with one for each sheet, and once
three times as many. A small package goes before, so that a program is measured that is running.
"""

import tempfile
from datetime import date
from pathlib import Path

from app.models.base import natural_id
from app.models.form import Answer, Sheet
from app.models.household import Household
from app.models.store import Store
from app.ops import exchange
from tests.bench.raw_bound import least, new_rows, rows_of, timed
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, make_store
from tests.ops.network import ME, Network, enrol

SHEETS, ANSWERS = 60, 60


def fill(store: Store, numbers: range, per_operation: int) -> None:
    """Write households with a filled sheet each; so many answers an operation."""
    for number in numbers:
        home = Household(
            scope=VILLAGE, household_no=str(number), household_kind="lifted", position=number
        )
        with store.write("bench.household", ME) as session:
            session.add(home)
        sheet = Sheet(
            id=natural_id("sheet", home.id, "2025-10"),
            scope=VILLAGE,
            household_id=home.id,
            period="2025-10",
            form_version="1",
            submitted_on=date(2025, 10, 20),
        )
        with store.write("bench.sheet", ME) as session:
            session.add(sheet)
        for start in range(0, ANSWERS, per_operation):
            with store.write("bench.answer", ME) as session:
                for question in range(start, start + per_operation):
                    session.add(
                        Answer(
                            id=natural_id("answer", sheet.id, str(question), ""),
                            scope=VILLAGE,
                            sheet_id=sheet.id,
                            question=str(question),
                            value="1",
                        )
                    )


def network(folder: Path) -> Network:
    """Return three enrolled replicas."""
    found = Network(
        folder,
        make_store(folder / "c", "county", COUNTY, "云山县"),
        make_store(folder / "t", "township", TOWNSHIP, "云岭镇"),
        make_store(folder / "v", "village", VILLAGE, "上坝村"),
    )
    enrol(found.county, found.township, folder)
    enrol(found.township, found.village, folder)
    return found


def measure(sheets: int, per_operation: int) -> None:
    """Print the figures of a month's package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = network(folder)
        fill(found.village, range(sheets, sheets + 1), ANSWERS)
        found.send(found.village, found.township)
        fill(found.village, range(sheets), per_operation)
        before = rows_of(found.township)
        out, sent = timed(lambda: found.export(found.village, found.township))
        into, taken = timed(lambda: exchange.import_package(found.township, ME, sent.path, NOW))
        written = new_rows(before, rows_of(found.township))
        least_out, least_in = least(found.village, written, folder)
        print(  # noqa: T201
            f"{taken.households_new} sheets, {sent.transactions} changesets, {sent.bytes} bytes: "
            f"out {out}, least {least_out}; in {into}, least {least_in}; "
            f"together {out + into}: {(out + into).over(least_out + least_in)}"
        )
        for store in (found.county, found.township, found.village):
            store.close()


if __name__ == "__main__":
    for sheets_, each in ((SHEETS, 1), (SHEETS, ANSWERS), (3 * SHEETS, ANSWERS)):
        measure(sheets_, each)
