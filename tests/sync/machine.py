"""Two villages with two laptops each, their township and county: operations and invariants."""

import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from app.domain.merge import may_read
from app.models.base import journaled_tables, natural_id
from app.models.conflict import ContestedError, OpenConflictRow
from app.models.form import Answer, Sheet
from app.models.household import Household, Member
from app.models.journal import ChangeRow
from app.models.step import Step
from app.models.store import Store
from app.ops import conflicts, devices, exchange
from app.ops.conflict_decisions import Choice
from app.ops.devices import trust_of
from app.sync import local
from app.sync.derive import derive
from app.sync.errors import RevokedDeviceError, UnknownTargetError, UnlistedSelfError
from app.sync.past import Row
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, make_store
from tests.ops.network import LOCAL, ME, clone, content, dump, enrol, journal

OTHER = "539901101202"
PLACES = {
    "a1": ("village", VILLAGE, "上坝村"),
    "a2": ("village", VILLAGE, "上坝村"),
    "b1": ("village", OTHER, "大箐村"),
    "b2": ("village", OTHER, "大箐村"),
    "t": ("township", TOWNSHIP, "云岭镇"),
    "c": ("county", COUNTY, "云山县"),
}
SUPERIOR = {"a1": "t", "a2": "t", "b1": "t", "b2": "t", "t": "c"}
WAYS = [*SUPERIOR.items(), *((up, low) for low, up in reversed(SUPERIOR.items()))]
ROUNDS = 14  # a restored laptop first has to count up to its old package numbers


@dataclass
class Template:
    """Six enrolled replicas in files, copied for each run: making them takes seconds."""

    folder: Path
    keys: dict[str, bytes] = field(default_factory=dict)

    def make(self) -> "Template":
        stick = self.folder / "stick"
        stores = {name: make_store(self.folder / name, *PLACES[name]) for name in PLACES}
        stick.mkdir()
        for low, up in reversed(SUPERIOR.items()):
            enrol(stores[up], stores[low], stick)
        for name, store in stores.items():
            self.keys[name] = store._key
            store.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            store.close()
        return self


@dataclass
class World:
    """One run. Numbers choose; the same numbers give the same run."""

    template: Template
    folder: Path
    stores: dict[str, Store] = field(default_factory=dict)
    files: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    backups: dict[str, Path] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    made: int = 0

    def start(self) -> "World":
        for name in PLACES:
            (self.folder / name).mkdir(parents=True)
            shutil.copy(self.template.folder / name / "replica.db", self.folder / name)
            self._open(name)
        return self

    def _open(self, name: str) -> None:
        path = self.folder / name / "replica.db"
        self.stores[name] = Store(path, self.template.keys[name], clock=lambda: NOW)

    def close(self) -> None:
        for store in self.stores.values():
            store.close()
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------ operations

    def _homes(self, name: str) -> list[str]:
        with self.stores[name].read() as session:
            query = select(Household.id).where(Household.removed_on.is_(None))
            return list(session.scalars(query.order_by(Household.household_no)))

    def _write(self, name: str, change: Any) -> None:
        """Do an edit; a unit in conflict takes none, which is no failure."""
        try:
            with self.stores[name].write("test.edit", ME, "核实") as session:
                change(session)
        except ContestedError:
            assert conflicts.list_conflicts(self.stores[name])

    def add(self, name: str) -> None:
        """Add a household of two."""
        if name in "tc":
            return
        scope = PLACES[name][1]
        self.made += 1

        def change(session: Any) -> None:
            home = Household(
                scope=scope, household_no=f"{self.made:03}{name}", household_kind="lifted"
            )
            session.add(home)
            session.flush()
            for number, relation in enumerate(("户主", "配偶"), 1):
                session.add(
                    Member(
                        scope=scope, household_id=home.id, number=number, relation=relation,
                        name=f"{number}", id_no=f"{self.made}-{number}",
                    )
                )  # fmt: skip

        self._write(name, change)

    def edit(self, name: str, which: int, value: int) -> None:
        """Change a field of a household, or end it."""
        homes = self._homes(name)
        if not homes or name == "c":
            return

        def change(session: Any) -> None:
            home = session.get_one(Household, homes[which % len(homes)])
            if value == 0:
                home.removed_on, home.removed_reason = date(2025, 10, 9), "迁出"
            else:
                setattr(home, ("phone", "note")[value % 2], str(value))

        self._write(name, change)

    def sheet(self, name: str, which: int, value: int) -> None:
        """Answer a question of a sheet, which every laptop makes alike."""
        homes = self._homes(name)
        if not homes or name in "tc":
            return
        home, scope = homes[which % len(homes)], PLACES[name][1]
        sheet_id = natural_id("sheet", home, "2025-10")
        question = ("FD-01", "CL-01")[value % 2]
        answer_id = natural_id("answer", sheet_id, question, "")

        def change(session: Any) -> None:
            if session.get(Sheet, sheet_id) is None:
                row = Sheet(
                    id=sheet_id, scope=scope, household_id=home, period="2025-10", form_version="1"
                )
                session.add(row)
                session.flush()
            answer = session.get(Answer, answer_id)
            if answer is None:
                answer = Answer(id=answer_id, scope=scope, sheet_id=sheet_id, question=question)
                session.add(answer)
            answer.value = str(value)

        self._write(name, change)

    def step(self, name: str, which: int, value: int) -> None:
        """Lead a household's warning a step on."""
        homes = self._homes(name)
        if not homes or name == "c":
            return
        home = homes[which % len(homes)]
        actions = ("pass",) if name == "t" else ("confirm", "false-alarm")
        scope = self._scope(name, home)

        def change(session: Any) -> None:
            last = session.scalars(
                select(Step.id).filter_by(subject_id=home).order_by(Step.id.desc())
            ).first()
            session.add(
                Step(
                    scope=scope, subject="warning", subject_id=home, household_id=home,
                    follows=last or "", action=actions[value % len(actions)],
                    step_on=date(2025, 10, 9), actor=ME.name, level=PLACES[name][0],
                )
            )  # fmt: skip

        self._write(name, change)

    def _scope(self, name: str, home: str) -> str:
        with self.stores[name].read() as session:
            return session.get_one(Household, home).scope

    def compose(self, name: str, which: int, value: int) -> None:
        """Make another head, or split somebody off."""
        homes = self._homes(name)
        if not homes or name in "tc":
            return
        home = homes[which % len(homes)]
        self.made += 1

        def change(session: Any) -> None:
            query = select(Member).filter_by(household_id=home).order_by(Member.number, Member.id)
            members = session.scalars(query).all()
            if len(members) < 2:
                return
            if value % 2:
                for member in members:
                    is_head = member is members[value % len(members)]
                    member.relation = "户主" if is_head else "其他"
                return
            new = Household(
                scope=members[0].scope, household_no=f"{self.made:03}s", household_kind="lifted"
            )
            session.add(new)
            session.flush()
            members[-1].household_id, members[-1].relation = new.id, "户主"

        self._write(name, change)

    def twin(self, name: str, which: int) -> None:
        """Add a person with the number of somebody who may be there already."""
        homes = self._homes(name)
        if not homes or name in "tc":
            return
        home, scope = homes[which % len(homes)], PLACES[name][1]
        values = {"number": 7, "relation": "之女", "name": f"丫{name}", "id_no": f"{home[-6:]}"}
        self._write(name, lambda s: s.add(Member(scope=scope, household_id=home, **values)))

    def overstep(self, name: str, which: int) -> None:
        """Write what the level may not, as a program that was tampered with would."""
        homes = self._homes(name)
        if not homes or name in "tc":
            return
        home, scope = homes[which % len(homes)], PLACES[name][1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.models.capture._refuse_foreign", lambda *_args: None)
            values = {"action": "pass", "actor": "x", "level": "township"}
            row = partial(Step, scope=scope, subject="warning", subject_id="x", household_id=home)
            self._write(name, lambda s: s.add(row(step_on=date(2025, 10, 9), **values)))

    def decide(self, name: str, which: int, side: int) -> None:
        """Decide one of the open conflicts."""
        found = conflicts.list_conflicts(self.stores[name])
        if not found or name == "c":
            return
        line = found[which % len(found)]
        choice = Choice(line.sides[side % len(line.sides)].side)
        conflicts.resolve_conflict(self.stores[name], ME, line.conflict_id, choice)

    def export(self, way: int, *, lost: bool) -> None:
        """Write a package; a stick may get lost."""
        sender, receiver = WAYS[way % len(WAYS)]
        path = self._export(sender, receiver)
        if path is not None and not lost:
            self.files[receiver].append(path)

    def _export(self, sender: str, receiver: str) -> Path | None:
        self.made += 1
        path = self.folder / f"{self.made}.变更包"
        try:
            exchange.export_package(
                self.stores[sender], ME, self.stores[receiver].device_id, path, NOW
            )
        except (UnlistedSelfError, UnknownTargetError):
            return None
        return path

    def take(self, name: str, which: int) -> None:
        """Import any file that lies there: late, out of order, once more."""
        if self.files[name]:
            self._import(name, self.files[name][which % len(self.files[name])])

    def _import(self, name: str, path: Path) -> None:
        store = self.stores[name]
        before = {row[4] for row in journal(store)}
        try:
            exchange.import_package(store, ME, path, NOW, confirmed=True)
        except RevokedDeviceError:
            assert self.revoked
        assert before <= {row[4] for row in journal(store)}, "the set only grows"

    def backup(self, name: str) -> None:
        """Keep a copy of a replica's file."""
        self.made += 1
        copy = clone(self.stores[name], self.folder / f"backup-{self.made}")
        copy.close()
        self.backups[name] = copy.path

    def restore(self, name: str, *, renewed: bool) -> None:
        """Go back to a copy, in the way of the program or (a fork) by hand."""
        if name not in self.backups:
            return
        self.stores[name].close()
        target = self.folder / name / "replica.db"
        for old in target.parent.glob("replica.db*"):
            old.unlink()
        shutil.copy(self.backups[name], target)
        self._open(name)
        if renewed:
            devices.renew_epoch(self.stores[name])

    def revoke(self) -> None:
        """The second laptop of the second village is lost."""
        if "b2" not in self.revoked:
            self.revoked.add("b2")
            device_id = self.stores["b2"].device_id
            devices.revoke_device(self.stores["t"], ME, device_id, "丢失")

    # ------------------------------------------------------------ the end: all meet

    def _ways(self) -> list[tuple[str, str]]:
        return [way for way in WAYS if not self.revoked & set(way)]

    def meet(self) -> None:
        """Carry packages until everybody has everything, each one imported twice."""
        for _ in range(ROUNDS):
            for sender, receiver in self._ways():
                path = self._export(sender, receiver)
                if path is None and sender in SUPERIOR:
                    enrol(self.stores[SUPERIOR[sender]], self.stores[sender], self.folder)
                    path = self._export(sender, receiver)
                assert path is not None
                self._import(receiver, path)
                known = journal(self.stores[receiver])
                self._import(receiver, path)
                assert journal(self.stores[receiver]) == known, "twice is once"
                path.unlink()
            if self._is_quiet():
                return

    def _is_quiet(self) -> bool:
        sets = {name: self._sets(name) for name in self._alive()}
        return all(
            sets[low][scope] == sets["t"][scope] == sets["c"][scope]
            for low, scope in (("a1", VILLAGE), ("a2", VILLAGE), ("b1", OTHER))
        )

    def _alive(self) -> list[str]:
        return [name for name in PLACES if name not in self.revoked]

    def _sets(self, name: str) -> dict[str, set[tuple[Any, ...]]]:
        found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
        for row in journal(self.stores[name]):
            if row[6] != "forked":  # named by those who have both, not forwarded
                found[row[2]].add(row)
        return found

    def settle(self) -> None:
        """Let one laptop of each village decide everything, until nothing is open."""
        for _ in range(5):
            self.meet()
            self.check()
            left = 0
            for name in ("a1", "b1"):
                while found := conflicts.list_conflicts(self.stores[name]):
                    line = found[0]
                    left += 1
                    assert left < 60, "decisions end"
                    conflicts.resolve_conflict(
                        self.stores[name], ME, line.conflict_id, Choice(line.sides[0].side)
                    )
            if not left:
                break
        for name in self._alive():
            assert conflicts.list_conflicts(self.stores[name]) == [], name
            assert not [row for row in journal(self.stores[name]) if row[6] == "waiting"], name

    def check(self) -> None:
        """Check the invariants of «How it is proven»."""
        places: dict[tuple[Any, ...], str] = {}
        tables = {name: self._tables(name) for name in self._alive()}
        for name in self._alive():
            store = self.stores[name]
            with store.read() as session:
                origin = local.load(session).origin
                active = session.execute(
                    text("SELECT origin, number FROM changeset WHERE state='active'")
                )
                cut = {r[0]: r[1] for r in session.execute(
                    text("SELECT device_id, max(number) FROM revocation_cut GROUP BY device_id")
                )}  # fmt: skip
                assert all(number <= cut.get(device, number) for device, number in active)
            for row in journal(store):
                assert may_read(row[2], origin), "a foreign scope"
                if row[6] in ("active", "void"):
                    assert places.setdefault(row[:4], row[4]) == row[4], "one number, one hash"
        for low, scope in (("a1", VILLAGE), ("a2", VILLAGE), ("b1", OTHER), ("b2", OTHER)):
            if low not in self.revoked:
                for high in "tc":
                    assert tables[low][scope] == tables[high][scope], (low, high)
                    sets = self._sets(low)[scope], self._sets(high)[scope]
                    assert sets[0] == sets[1], "the same set"
        for name in ("a1", "t"):
            assert self._rebuilt(name) == content(self.stores[name]), "tables are the journal's"

    def _tables(self, name: str) -> dict[str, dict[str, list[Any]]]:
        """Return the rows of each village, open conflicts among them."""
        found: dict[str, dict[str, list[Any]]] = {}
        rows = dump(self.stores[name], *LOCAL, "contested")
        for scope in (VILLAGE, OTHER):
            found[scope] = {
                table: [line for line in lines if f"'{scope}'" in line]
                for table, lines in rows.items()
                if table not in ("device", "revocation_cut")
            }
        return found

    def _rebuilt(self, name: str) -> dict[str, list[Any]]:
        self.made += 1
        copy = clone(self.stores[name], self.folder / f"rebuilt-{self.made}")
        with copy.absorb() as session:
            trust = trust_of(session, local.load(session))
            for cls in journaled_tables().values():
                session.execute(delete(cls))
            session.execute(delete(OpenConflictRow))
            rows = session.execute(select(ChangeRow.table_name, ChangeRow.row_id).distinct())
            derive(session, [Row(*row) for row in rows], trust)
        found = content(copy)
        copy.close()
        return found
