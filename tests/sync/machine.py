"""Two villages with two laptops each, their township and county: operations and invariants."""

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.domain.changeset import NEW_ROW, parse_line
from app.domain.merge import Origin, Place, may_read
from app.domain.month import CHECKING, CLOSED
from app.domain.period import Period
from app.models import engine, schema
from app.models.base import canonical, journaled_tables, natural_id
from app.models.conflict import ContestedError, OpenConflictRow
from app.models.form import Answer, Sheet
from app.models.household import Household, Member
from app.models.journal import ACTIVE, ChangeRow, ChangesetRow
from app.models.ownership import bundled
from app.models.step import Step
from app.models.store import Store
from app.ops import conflicts, devices, exchange, month_close, months, policy_packs
from app.ops.conflict_decisions import Choice
from app.ops.devices import trust_of
from app.ops.errors import (
    MonthNotReadyError,
    NoPeriodError,
    PeriodStateError,
    SheetStateError,
    StepNotAllowedError,
)
from app.ops.lives import StepInput
from app.paths import MIGRATIONS
from app.sync import local, rulings
from app.sync.derive import derive
from app.sync.errors import RevokedDeviceError, UnknownTargetError, UnlistedSelfError
from app.sync.past import Row, causality_of, changes_of
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
OCTOBER, END = Period(2025, 10), date(2025, 10, 31)
STEPS = {  # of a month, by level
    "village": ("open", "check", "close", "close", "back", "correct"),
    "township": ("back", "correct", "approve-correction"),
}
REFUSED = (  # by the rules of a month, which is no failure
    ContestedError, MonthNotReadyError, NoPeriodError, PeriodStateError, SheetStateError,
    StepNotAllowedError,
)  # fmt: skip
ROUNDS = 14  # a restored laptop first has to count up to its old package numbers


def _newer_tables() -> list[str]:
    """Return the tables that came after the first schema, those that refer to others first."""
    found: list[str] = []
    for path in sorted((MIGRATIONS / "versions").glob("*.py"))[1:]:
        found += re.findall(r'create_table\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    return found[::-1]


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
    lost: list[Any] = field(default_factory=list)

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
        with self.stores[name].read() as session:
            if months.state(session, scope, OCTOBER) in (CHECKING, CLOSED):
                return
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
        actions = ("pass", "return") if name == "t" else ("confirm", "false-alarm")
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

    def month(self, name: str, value: int) -> None:
        """Open, check, close, send back, correct, approve: the village's or its township's step."""
        level, scope, _name = PLACES[name]
        if level == "county":
            return
        steps, store = STEPS[level], self.stores[name]
        action = steps[value % len(steps)]
        village = scope if level == "village" else (VILLAGE, OTHER)[value % 2]
        try:
            if action == "open":
                months.open_period(store, ME, OCTOBER, END)
            elif action == "check":
                month_close.check_month(store, ME, OCTOBER, END)
            elif action == "close":
                self._excuse_all(name)
                month_close.close_month(store, ME, OCTOBER, END)
            else:
                given = StepInput("核实", END)
                month_close.act_month(store, ME, OCTOBER, action, given, village)
        except REFUSED:
            return

    def _excuse_all(self, name: str) -> None:
        store = self.stores[name]
        for one in months.due_households(store, OCTOBER, END):
            if not one.unvisited_reason:
                month_close.set_unvisited(store, ME, one.household_id, OCTOBER, "拒访")

    def policy(self, name: str, value: int) -> None:
        """Another income line, from the township or the county."""
        if name not in "tc":
            return
        path = self.folder / f"{name}.yaml"
        path.write_text(f"valid_from: 2025-10\nline: {8700 + 100 * value}\n", encoding="utf-8")
        policy_packs.take_in(self.stores[name], ME, path)

    def upgrade(self, name: str) -> None:
        """Take the file as the first schema would have left it, and let the program upgrade it."""
        path, key = self.stores[name].path, self.template.keys[name]
        connection = engine.connect(path, key)
        newer = _newer_tables()
        counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in newer]  # noqa: S608  own names
        if not any(counts):
            self.stores[name].close()
            for table in newer:
                connection.execute(f"DROP TABLE {table}")
            connection.execute("UPDATE alembic_version SET version_num='0001'")
            connection.close()
            schema.upgrade(path, key)
            self._open(name)
        else:
            connection.close()

    def clone(self, name: str, which: int, value: int) -> None:
        """Let a copy of a laptop's file work on elsewhere, and its stick arrive too: a fork."""
        if name == "c":
            return
        self.made += 1
        own, copy = self.stores[name], clone(self.stores[name], self.folder / f"clone-{self.made}")
        self.stores[name] = copy
        self.edit(name, which, value)
        path = self._export(name, SUPERIOR[name])
        copy.close()
        self.stores[name] = own
        if path is not None:
            self.files[SUPERIOR[name]].append(path)

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

    def settle(self, sides: int = 9) -> None:
        """Let one laptop of each village decide everything, until nothing is open.

        ``sides``: how many of a conflict may be taken; with 1 what is in force stays.
        """
        for _ in range(5):
            self.meet()
            self.check()
            left = 0
            for name in ("a1", "b1"):
                while found := conflicts.list_conflicts(self.stores[name]):
                    # What blocks comes first: an answer to the late edit would settle both.
                    line = next((one for one in found if one.blocks and sides == 1), found[0])
                    left += 1
                    assert left < 60, "decisions end"
                    side = line.sides[(left + self.made) % min(sides, len(line.sides))]
                    conflicts.resolve_conflict(
                        self.stores[name], ME, line.conflict_id, Choice(side.side)
                    )
            if not left:
                break
        for name in self._alive():
            assert conflicts.list_conflicts(self.stores[name]) == [], name
            assert not [row for row in journal(self.stores[name]) if row[6] == "waiting"], name
        self._check_nothing_lost("t")

    def check(self) -> None:
        """Check the invariants of «How it is proven»."""
        places: dict[tuple[Any, ...], str] = {}
        tables = {name: self._tables(name) for name in self._alive()}
        for name in self._alive():
            store = self.stores[name]
            with store.read() as session:
                origin = local.load(session).origin
                self._check_authority(session)
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

    def _check_authority(self, session: Any) -> None:
        """Nothing is in force beyond a certificate, the ownership of its level, or a cut."""
        trust = trust_of(session, local.load(session))
        cuts = rulings.cuts_of(session, trust)
        for line, digest in session.execute(
            select(ChangesetRow.line, ChangesetRow.digest).filter_by(state=ACTIVE)
        ):
            changeset = parse_line(line)
            certificate = trust.certificate(changeset.chain.origin)
            if certificate is None:  # its own changesets before it was enrolled
                assert changeset.chain.origin == trust.root_id, digest
                continue
            origin: Origin = certificate.identity.origin
            assert not rulings.is_beyond(Place(changeset.chain, changeset.number), cuts)
            assert not bundled().objections(changeset, origin.level, origin.area_code)

    def _check_nothing_lost(self, name: str) -> None:
        """Where nothing is open, what nobody had seen and replaced is what stands there."""
        with self.stores[name].read() as session:
            causality = causality_of(session, [VILLAGE, OTHER])
            for cls in (Household, Member, Answer):
                table = cls.__tablename__
                rows = {row.id: row for row in session.scalars(select(cls))}
                changes: dict[tuple[str, str], list[Any]] = defaultdict(list)
                for past in changes_of(session, rows):
                    if past.field != NEW_ROW and past.row.table == table:
                        changes[past.row.id, past.field].append(past)
                for (row_id, field_), its in changes.items():
                    heads = [
                        c for c in its if not any(causality.saw(o.place, c.place) for o in its)
                    ]
                    if getattr(rows[row_id], "member_status", "") == "joined":
                        continue  # read as another row's
                    there = canonical(getattr(rows[row_id], field_))
                    if {repr(head.new) for head in heads} != {repr(there)}:
                        self.lost.append((table, row_id, field_, there, heads))
        assert not self.lost, self.lost

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
