"""How long a month's package and a base take, beside a raw bound of the same run.

Run it by hand: ``python -m tests.bench.bench_package``. Sixty sheets of sixty answers, written
once with one operation for each field (as a person types) and once with one for each sheet.
With a number: the base of 2,000 households, 8,000 people after so many months, and its past.
The bound is what nothing can avoid: JSON, SHA-256, age, Ed25519, and inserting the rows with
executemany into the same kind of encrypted database.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyrage
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain.changeset import digest, parse_line
from app.models.base import Journaled, natural_id, new_id
from app.models.engine import connect
from app.models.form import Answer, Sheet
from app.models.household import Household, Member
from app.models.ownership import bundled
from app.models.store import Store
from app.ops import exchange
from app.sync import records
from app.sync.abridging import MONTHS_INSIDE
from app.sync.parcels import Wish
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, make_store
from tests.ops.network import ME, Network, enrol

SHEETS, ANSWERS = 60, 60
HOUSEHOLDS, KEYS = 2000, 15  # keys: answers of a household in which nothing changed


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


def measure(per_operation: int) -> None:
    """Print the figures of a month's package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = network(folder)
        fill(found.village, per_operation)
        bundled()  # a resource, read once at start
        least_out, least_in = bound(found.village, folder)
        seconds_out, sent = timed(lambda: found.export(found.village, found.township))
        seconds_in, taken = timed(
            lambda: exchange.import_package(found.township, ME, sent.path, NOW)
        )
        print(  # noqa: T201
            f"{sent.transactions} changesets, {sent.bytes} bytes, {taken.households_new} sheets: "
            f"out {seconds_out:.2f} s (bound {least_out:.2f}), "
            f"in {seconds_in:.2f} s (bound {least_in:.2f}), together "
            f"{seconds_out + seconds_in:.2f} s, ratio "
            f"{(seconds_out + seconds_in) / (least_out + least_in):.1f}"
        )
        for store in (found.county, found.township, found.village):
            store.close()


def live(store: Store, months: int) -> None:
    """Fill a big village: its roster at once, then for each month a changeset for ten sheets."""
    homes = [new_id() for _ in range(HOUSEHOLDS)]
    rows = [
        {"id": id_, "household_no": str(at), "household_kind": "lifted", "position": at}
        for at, id_ in enumerate(homes)
    ]
    with store.write("bench.roster", ME) as session:
        store.bulk_insert(session, Household, VILLAGE, rows)
        store.bulk_insert(session, Member, VILLAGE, [m for id_ in homes for m in people(id_)])
    for month in range(months):
        period = f"{2022 + (9 + month) // 12}-{(9 + month) % 12 + 1:02}"
        for start in range(0, HOUSEHOLDS, 10):
            with store.write("bench.sheets", ME) as session:
                for home in homes[start : start + 10]:
                    sheet_rows(store, session, home, period)


def people(home: str) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(), "household_id": home, "number": at, "name": f"赵{at}",
            "relation": "户主" if at == 1 else "其他", "id_no": f"{home[-12:]}{at}",
            **dict.fromkeys(derived(Member), ""),
        }
        for at in range(1, 5)
    ]  # fmt: skip


def derived(cls: type[Journaled]) -> list[str]:
    columns = cls.__mapper__.column_attrs
    return [c.key for c in columns if c.columns[0].info.get("derived")]


def sheet_rows(store: Store, session: Session, home: str, period: str) -> None:
    sheet = natural_id("sheet", home, period)
    row = {"id": sheet, "household_id": home, "period": period, "form_version": "1"}
    store.bulk_insert(session, Sheet, VILLAGE, [row])
    answers = [
        {"id": natural_id("answer", sheet, str(q), ""), "sheet_id": sheet, "question": str(q)}
        for q in range(KEYS)
    ]
    store.bulk_insert(session, Answer, VILLAGE, [a | {"value": "1"} for a in answers])


def measure_base(months: int) -> None:
    """Print how long a new laptop takes to be at work, and its past to follow."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = network(folder)
        live(found.village, months)
        found.send(found.village, found.township)
        laptop = make_store(folder / "n", "village", VILLAGE, "上坝村")
        enrol(found.township, laptop, folder)
        out = folder / "out"
        out.mkdir()
        target = exchange.Target(laptop.device_id, out, Wish.BASE)
        seconds_out, first = timed(
            lambda: exchange.export_series(found.township, ME, target, NOW, lambda *_: None)
        )
        least = bare(found.township, folder, first.path.stat().st_size)
        seconds_in, taken = timed(lambda: exchange.import_package(laptop, ME, first.path, NOW))
        print(  # noqa: T201
            f"{months} months: series of {1 + len(first.further)} out {seconds_out:.1f} s; base of "
            f"{first.bytes} bytes, {taken.households_new} households in {seconds_in:.1f} s "
            f"(bound {least:.1f}), ratio {seconds_in / least:.1f}; to come {taken.past_left}"
        )
        for more in first.further:
            take = partial(exchange.import_package, laptop, ME, more.path, NOW)
            seconds, taken = timed(take)
            print(f"  past {more.bytes} bytes in {seconds:.1f} s, left {taken.past_left}")  # noqa: T201
        for store in (found.county, found.township, found.village, laptop):
            store.close()


def bare(store: Store, folder: Path, size: int) -> float:
    """Return the seconds that nothing avoids: decrypt so many bytes, insert the base's rows."""
    with store.read() as session:
        since = sorted(session.scalars(select(Sheet.period).distinct()))[-MONTHS_INSIDE:][0]
        recent = select(Answer.__table__).join(Sheet).where(Sheet.period >= since)
        tables = {
            "household": select(Household.__table__),
            "member": select(Member.__table__),
            "sheet": select(Sheet.__table__).where(Sheet.period >= since),
            "answer": recent,
        }
        rows = {name: [tuple(r) for r in session.execute(q)] for name, q in tables.items()}
    connection = connect(folder / "bare.db", b"\x03" * 32)
    for name, its in rows.items():
        columns = ", ".join(f"c{at}" for at in range(len(its[0])))
        connection.execute(f"CREATE TABLE {name} ({columns}, PRIMARY KEY (c0))")
        connection.execute(f"CREATE TABLE change_{name} (line INTEGER, row TEXT, new TEXT)")
    key = pyrage.x25519.Identity.generate()
    sealed = pyrage.encrypt(bytes(size), [key.to_public()])

    def run() -> None:
        pyrage.decrypt(sealed, [key])
        connection.execute("BEGIN IMMEDIATE")
        for name, its in rows.items():
            marks = ", ".join("?" * len(its[0]))
            texts = [json.dumps([str(v) for v in row], ensure_ascii=False) for row in its]
            parsed = [json.loads(text) for text in texts]
            named = [(str(at), *r) for at, r in enumerate(parsed)]
            connection.executemany(
                f"INSERT INTO {name} VALUES ({marks})",  # noqa: S608  our names
                [row[: len(its[0])] for row in named],
            )
            connection.executemany(
                f"INSERT INTO change_{name} VALUES (?, ?, ?)",  # noqa: S608
                [
                    (at, row[0], text)
                    for at, (row, text) in enumerate(zip(named, texts, strict=True))
                ],
            )
        connection.execute("COMMIT")

    seconds, _ = timed(run)
    connection.close()
    return seconds


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure_base(int(sys.argv[1]))
    else:
        for answers in (1, ANSWERS):
            measure(answers)
