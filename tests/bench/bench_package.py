"""How long a month's package takes, beside a raw bound of the same run.

Run it by hand: ``python -m tests.bench.bench_package``. Sixty sheets of sixty answers, written
once with one operation for each field (as a person types) and once with one for each sheet.
The bound is what nothing can avoid: JSON, SHA-256, age, Ed25519, and inserting the rows with
executemany into the same kind of encrypted database.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyrage
from sqlalchemy import text

from app.domain.changeset import digest, parse_line
from app.models.base import natural_id
from app.models.engine import connect
from app.models.form import Answer, Sheet
from app.models.household import Household
from app.models.ownership import bundled
from app.models.store import Store
from app.ops import exchange
from app.sync import records
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, make_store
from tests.ops.network import ME, Network, enrol

SHEETS, ANSWERS = 60, 60


def fill(store: Store, per_operation: int) -> None:
    """Write sixty households with a filled sheet each; so many answers an operation."""
    for number in range(SHEETS):
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


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


def bound(store: Store, folder: Path) -> tuple[float, float]:
    """Return the seconds that out and in cost at least."""
    with store.read() as session:
        lines = list(session.scalars(text("SELECT line FROM changeset")))
    key = pyrage.x25519.Identity.generate()
    signing_key = b"\x01" * 32

    def out() -> bytes:
        body = b"\n".join(lines)
        digest(body)
        sealed: bytes = pyrage.encrypt(body, [key.to_public()])
        records.sign(signing_key, records.PACKAGE, sealed[:144])
        return sealed

    connection = connect(folder / "raw.db", b"\x02" * 32)
    connection.execute("CREATE TABLE changeset (digest TEXT UNIQUE, line BLOB)")
    connection.execute(
        "CREATE TABLE change (line INTEGER, tab TEXT, row TEXT, field TEXT, new TEXT)"
    )
    connection.execute("CREATE INDEX change_row ON change (tab, row)")
    connection.execute("CREATE TABLE answer (id TEXT PRIMARY KEY, new TEXT)")

    def take_in(sealed: bytes) -> None:
        parsed = [parse_line(line) for line in pyrage.decrypt(sealed, [key]).split(b"\n")]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO changeset VALUES (?, ?)", [(digest(line), line) for line in lines]
        )
        changes = [
            (at, c.table, c.row, c.field, str(c.new))
            for at, changeset in enumerate(parsed)
            for c in changeset.changes
        ]
        connection.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?)", changes)
        connection.executemany(
            "INSERT OR REPLACE INTO answer VALUES (?, ?)", [(c[2], c[4]) for c in changes]
        )
        connection.execute("COMMIT")

    seconds_out, sealed = timed(out)
    seconds_in, _ = timed(lambda: take_in(sealed))
    connection.close()
    return seconds_out, seconds_in


def measure(per_operation: int) -> None:
    """Print the figures of one run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network = Network(
            folder,
            make_store(folder / "c", "county", COUNTY, "云山县"),
            make_store(folder / "t", "township", TOWNSHIP, "云岭镇"),
            make_store(folder / "v", "village", VILLAGE, "上坝村"),
        )
        enrol(network.county, network.township, folder)
        enrol(network.township, network.village, folder)
        fill(network.village, per_operation)
        bundled()  # a resource, read once at start
        least_out, least_in = bound(network.village, folder)
        seconds_out, sent = timed(lambda: network.export(network.village, network.township))
        seconds_in, taken = timed(
            lambda: exchange.import_package(network.township, ME, sent.path, NOW)
        )
        print(  # noqa: T201
            f"{sent.transactions} changesets, {sent.bytes} bytes, {taken.households_new} sheets: "
            f"out {seconds_out:.2f} s (bound {least_out:.2f}), "
            f"in {seconds_in:.2f} s (bound {least_in:.2f}), together "
            f"{seconds_out + seconds_in:.2f} s, ratio "
            f"{(seconds_out + seconds_in) / (least_out + least_in):.1f}"
        )
        for store in (network.county, network.township, network.village):
            store.close()


if __name__ == "__main__":
    for answers in (1, ANSWERS):
        measure(answers)
