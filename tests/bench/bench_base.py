"""How long a new laptop takes to be at work from a base, and how its past follows meanwhile.

Run it by hand: ``python -m tests.bench.bench_base [months] [households]``. A big village: its
roster, then of every month the sheets in changesets of ten, and its closing. The township sends
base and past as a series; a new laptop in a process of its own takes them in one after the other,
while somebody saves an answer every fifth of a second.
"""

import json
import multiprocessing
import sys
import tempfile
import threading
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from app.domain.month import MONTH
from app.models.base import Journaled, natural_id, new_id
from app.models.form import Answer, PeriodRow, Sheet
from app.models.household import Household, Member
from app.models.register import MonthSnapshot
from app.models.step import Step
from app.models.store import Store
from app.ops import exchange
from app.sync.parcels import Wish
from tests.bench.bench_package import network
from tests.bench.raw_bound import least, new_rows, rows_of, timed
from tests.conftest import NOW, VILLAGE, make_store
from tests.ops.network import ME, enrol

MONTHS, HOUSEHOLDS, PEOPLE = 36, 2000, 4
KEYS = 15  # answers of a household in which nothing changed
_TOGETHER = 10  # sheets of one changeset
_PAUSE = 0.2


def live(store: Store, months: int, households: int) -> None:
    """Fill a village: its roster at once, then month by month its sheets, closed but the last."""
    homes = [new_id() for _ in range(households)]
    rows = [
        {"id": id_, "household_no": str(at), "household_kind": "lifted", "position": at}
        for at, id_ in enumerate(homes)
    ]
    with store.write("bench.roster", ME) as session:
        store.bulk_insert(session, Household, VILLAGE, rows)
        store.bulk_insert(session, Member, VILLAGE, [m for id_ in homes for m in people(id_)])
    for month in range(months):
        period = f"{2022 + (9 + month) // 12}-{(9 + month) % 12 + 1:02}"
        for start in range(0, households, _TOGETHER):
            fill(store, homes[start : start + _TOGETHER], period)
        if month < months - 1:
            close(store, homes, period)


def people(home: str) -> list[dict[str, Any]]:
    """Return the members of a household."""
    return [
        {
            "id": new_id(), "household_id": home, "number": at, "name": f"赵{at}",
            "relation": "户主" if at == 1 else "其他", "id_no": f"{home[-12:]}{at}",
            **dict.fromkeys(derived(Member), ""),
        }
        for at in range(1, PEOPLE + 1)
    ]  # fmt: skip


def derived(cls: type[Journaled]) -> list[str]:
    """Return the columns that no journal holds."""
    columns = cls.__mapper__.column_attrs
    return [c.key for c in columns if c.columns[0].info.get("derived")]


def fill(store: Store, homes: list[str], period: str) -> None:
    """Write the month's sheets of some households."""
    sheets = [
        {
            "id": natural_id("sheet", home, period), "household_id": home, "period": period,
            "form_version": "1", "per_capita": "12000",
        }
        for home in homes
    ]  # fmt: skip
    answers = [
        {
            "id": natural_id("answer", sheet["id"], str(question), ""), "sheet_id": sheet["id"],
            "question": str(question), "value": "1",
        }
        for sheet in sheets
        for question in range(KEYS)
    ]  # fmt: skip
    with store.write("bench.sheets", ME) as session:
        store.bulk_insert(session, Sheet, VILLAGE, sheets)
        store.bulk_insert(session, Answer, VILLAGE, answers)


def close(store: Store, homes: list[str], period: str) -> None:
    """Open, check and close a month, its snapshots included."""
    day = date(int(period[:4]), int(period[5:]), 28)
    id_ = natural_id("period", VILLAGE, period)
    steps: list[Step] = []
    for action in ("open", "check", "close"):
        follows = steps[-1].id if steps else ""
        step = Step(
            id=new_id(), scope=VILLAGE, subject=MONTH.subject, subject_id=id_, action=action,
            follows=follows, step_on=day, actor=ME.name, level="village",
        )  # fmt: skip
        steps.append(step)
    content = json.dumps(
        {
            "answers": {f"{question}/": "1" for question in range(KEYS)}, "findings": [],
            "per_capita": "12000", "unvisited_reason": "",
        }
    )  # fmt: skip
    snapshots = [
        {
            "id": natural_id("snapshot", home, period, "1"), "household_id": home,
            "period": period, "policy_version": "1", "content": content, "frozen_on": day,
        }
        for home in homes
    ]  # fmt: skip
    with store.write("bench.close", ME) as session:
        month = {"period": period, "form_version": "1", "policy_version": "1", "opened_on": day}
        session.add(PeriodRow(id=id_, scope=VILLAGE, **month))
        session.add_all(steps)
        store.bulk_insert(session, MonthSnapshot, VILLAGE, snapshots)


class Person(threading.Thread):
    """Saves an answer every now and then, as at the keyboard, and notes how long each took."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.refused = 0
        self._store = store
        self._is_over = threading.Event()
        with store.read() as session:
            self._id = session.query(Answer.id).order_by(Answer.id.desc()).limit(1).scalar()

    def run(self) -> None:
        """Work until it is over."""
        while not self._is_over.wait(_PAUSE):
            begun = time.perf_counter()
            try:
                with self._store.write("bench.answer", ME) as session:
                    session.get_one(Answer, self._id).value = str(len(self.waits) % 7)
            except OperationalError:  # the lock was held for longer than a writer waits
                self.refused += 1
            self.waits.append(time.perf_counter() - begun)

    def stop(self) -> str:
        """Go home; return how it was."""
        self._is_over.set()
        self.join()
        waits = sorted(self.waits) or [0.0]
        middle = waits[len(waits) // 2]
        times = f"each {middle:.2f} s, the worst {waits[-1]:.2f} s"
        return f"{len(self.waits)} answers saved, {times}, {self.refused} refused"


def peak() -> str:
    """Return the most memory of this process; ``getrusage`` would count what started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return f"peak {int(line.split()[1]) // 1024} MB"


def start_work(path: Path, key: bytes, sender: tuple[Path, bytes], files: list[Path]) -> None:
    """Take in base and past as the new laptop does, and print what it cost."""
    laptop, township = Store(path, key, clock=lambda: NOW), Store(*sender)
    before = rows_of(laptop)
    into, taken = timed(lambda: exchange.import_package(laptop, ME, files[0], NOW))
    most = peak()
    least_out, least_in = least(township, new_rows(before, rows_of(laptop)), path.parent)
    township.close()
    print(  # noqa: T201
        f"base of {files[0].stat().st_size} bytes, {taken.households_new} households in {into}, "
        f"least {least_in} (out {least_out}): {into.over(least_in)}; {most}; "
        f"{taken.past_left} changesets to come"
    )
    person = Person(laptop)
    person.start()
    costs = []
    for file in files[1:]:
        cost, taken = timed(partial(exchange.import_package, laptop, ME, file, NOW))
        costs.append(cost)
    seen = person.stop()
    size = sum(file.stat().st_size for file in files[1:])
    longest = max((cost.wall for cost in costs), default=0)
    print(  # noqa: T201
        f"past in {len(costs)} files, {size} bytes: {sum(c.wall for c in costs):.0f} s (processor "
        f"{sum(c.cpu for c in costs):.0f}), the longest {longest:.1f} s, the first "
        f"{costs[0] if costs else 0}, the last {costs[-1] if costs else 0}; left "
        f"{taken.past_left}, conflicts {len(taken.conflicts)}; {peak()}; meanwhile {seen}"
    )
    laptop.close()


def measure(months: int, households: int) -> None:
    """Print how long a new laptop takes to be at work, and its past to follow."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = network(folder)
        live(found.village, months, households)
        (folder / "first").mkdir()
        target = exchange.Target(found.township.device_id, folder / "first")
        sent = exchange.export_series(found.village, ME, target, NOW, lambda *_: None)
        for part in (sent, *sent.further):
            exchange.import_package(found.township, ME, part.path, NOW)
        laptop = make_store(folder / "n", "village", VILLAGE, "上坝村")
        enrol(found.township, laptop, folder)
        (folder / "out").mkdir()
        target = exchange.Target(laptop.device_id, folder / "out", Wish.BASE)
        out, first = timed(
            lambda: exchange.export_series(found.township, ME, target, NOW, lambda *_: None)
        )
        parts = [first, *first.further]
        print(f"{months} months: a series of {len(parts)} out in {out}")  # noqa: T201
        ends = [(store.path, store.key) for store in (laptop, found.township)]
        for store in (found.county, found.township, found.village, laptop):
            store.close()
        files = [part.path for part in parts]
        child = multiprocessing.get_context("spawn").Process(
            target=start_work, args=(*ends[0], ends[1], files)
        )
        child.start()
        child.join()


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    measure(*(given + [MONTHS, HOUSEHOLDS][len(given) :]))
