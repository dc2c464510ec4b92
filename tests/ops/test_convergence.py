"""Random months over four real replicas: any file, any order, any number of times.

Two laptops of a village, their township and the county edit, fill sheets, export, lose, repeat
and delay packages. At the end all meet: same set, same dump, nothing waiting; and the tables
are what a rebuild from the journal gives.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, select

from app.models.base import journaled_tables, natural_id
from app.models.form import Answer, Sheet
from app.models.household import Household
from app.models.journal import ChangeRow
from app.models.store import Store
from app.ops import exchange
from app.ops.devices import trust_of
from app.sync import local
from app.sync.derive import derive
from app.sync.past import Row
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, clone, content, enrol, journal

STEPS = 45


@dataclass
class Month:
    """Four replicas, the stick's files by receiver, and who may send to whom."""

    rng: Random
    stick: Path
    stores: dict[str, Store]
    files: dict[str, list[Path]] = field(default_factory=dict)
    ways: tuple[tuple[str, str], ...] = (
        ("a", "t"), ("b", "t"), ("t", "a"), ("t", "b"), ("t", "c"), ("c", "t"),
    )  # fmt: skip
    made: int = 0

    def edit(self) -> None:
        """Change a field of a household that is known there, or add one."""
        name = self.rng.choice("aabbt")
        store = self.stores[name]
        with store.read() as session:
            known = list(session.scalars(select(Household.id).order_by(Household.id)))
        if not known and name == "t":
            return
        with store.write("test.edit", ME, "核实") as session:
            if not known or (name != "t" and self.rng.random() < 0.2):
                number = f"{name}{self.made}{len(known)}"
                session.add(Household(scope=VILLAGE, household_no=number, household_kind="lifted"))
                return
            home = session.get_one(Household, self.rng.choice(known))
            if self.rng.random() < 0.15:
                home.removed_on = (
                    None if home.removed_on else date(2025, 10, self.rng.randint(1, 9))
                )
                return
            setattr(home, self.rng.choice(["phone", "note"]), self.rng.choice("123"))

    def answer(self) -> None:
        """Fill one question of a household's sheet; both laptops make the same sheet."""
        store = self.stores[self.rng.choice("ab")]
        with store.read() as session:
            known = list(session.scalars(select(Household.id).order_by(Household.id)))
        if not known:
            return
        home, question = self.rng.choice(known), self.rng.choice(["FD-01", "CL-01"])
        sheet_id = natural_id("sheet", home, "2025-10")
        answer_id = natural_id("answer", sheet_id, question, "")
        with store.write("test.answer", ME) as session:
            if session.get(Sheet, sheet_id) is None:
                session.add(
                    Sheet(
                        id=sheet_id,
                        scope=VILLAGE,
                        household_id=home,
                        period="2025-10",
                        form_version="1",
                        submitted_on=date(2025, 10, 20),
                    )
                )
                session.flush()
            answer = session.get(Answer, answer_id)
            if answer is None:
                answer = Answer(id=answer_id, scope=VILLAGE, sheet_id=sheet_id, question=question)
                session.add(answer)
            answer.value = self.rng.choice("123")

    def export(self) -> None:
        """Write a package; one in five sticks is lost."""
        sender, receiver = self.rng.choice(self.ways)
        path = self.send(sender, receiver)
        if self.rng.random() > 0.2:
            self.files.setdefault(receiver, []).append(path)

    def send(self, sender: str, receiver: str) -> Path:
        self.made += 1
        path = self.stick / f"{self.made}.变更包"
        exchange.export_package(self.stores[sender], ME, self.stores[receiver].device_id, path, NOW)
        return path

    def take(self) -> None:
        """Import any file that lies there, maybe an old one, maybe once more."""
        receiver = self.rng.choice("abttc")
        if self.files.get(receiver):
            path = self.rng.choice(self.files[receiver])
            before = {row[4] for row in journal(self.stores[receiver])}
            exchange.import_package(self.stores[receiver], ME, path, NOW, confirmed=True)
            assert before <= {row[4] for row in journal(self.stores[receiver])}

    def meet(self) -> None:
        """Carry packages around until everybody has everything."""
        for _ in range(2):
            for sender, receiver in self.ways:
                path = self.send(sender, receiver)
                exchange.import_package(self.stores[receiver], ME, path, NOW, confirmed=True)


@pytest.fixture
def month(new_store: StoreMaker, tmp_path: Path) -> Callable[[int], Month]:
    def make(seed: int) -> Month:
        stick = tmp_path / str(seed)
        stick.mkdir()
        stores = {
            "a": new_store("village", VILLAGE, "上坝村"),
            "b": new_store("village", VILLAGE, "上坝村"),
            "t": new_store("township", TOWNSHIP, "云岭镇"),
            "c": new_store("county", COUNTY, "云山县"),
        }
        for superior, lower in (("c", "t"), ("t", "a"), ("t", "b")):
            enrol(stores[superior], stores[lower], stick)
        return Month(Random(seed), stick, stores)  # noqa: S311  a repeatable history

    return make


def rebuilt(store: Store, folder: Path) -> dict[str, list[object]]:
    """Return the tables of a copy whose rows were thrown away and derived from the journal."""
    copy = clone(store, folder)
    with copy.absorb() as session:
        trust = trust_of(session, local.load(session))
        for cls in journaled_tables().values():
            session.execute(delete(cls))
        rows = session.execute(select(ChangeRow.table_name, ChangeRow.row_id).distinct())
        derive(session, [Row(*row) for row in rows], trust)
    found = content(copy)
    copy.close()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_all_met_means_one_state_and_the_tables_are_the_journals(
    month: Callable[[int], Month], tmp_path: Path, seed: int
) -> None:
    found = month(seed)
    actions = [
        found.edit,
        found.edit,
        found.answer,
        found.export,
        found.export,
        found.take,
        found.take,
    ]
    for _ in range(STEPS):
        found.rng.choice(actions)()
    found.meet()
    sets = {name: journal(store) for name, store in found.stores.items()}
    assert not any(row[6] in ("waiting", "forked") for rows in sets.values() for row in rows)
    villages = {name: {r for r in rows if r[2] == VILLAGE} for name, rows in sets.items()}
    assert villages["a"] == villages["b"] == villages["t"] == villages["c"]
    assert len(villages["a"]) > 5
    states = {name: content(store) for name, store in found.stores.items()}
    for table in ("household", "sheet", "answer"):
        assert states["a"][table] == states["b"][table] == states["t"][table] == states["c"][table]
    for name, store in found.stores.items():
        assert rebuilt(store, tmp_path / f"copy-{name}") == states[name]
