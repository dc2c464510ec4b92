"""What people do on six replicas: one method is one operation. Numbers choose."""

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.month import CHECKING, CLOSED
from app.domain.period import Period
from app.models import engine, schema
from app.models.base import natural_id
from app.models.conflict import ContestedError
from app.models.form import Answer, Sheet
from app.models.household import Household, Member
from app.models.step import Step
from app.models.store import Store
from app.ops import conflicts, devices, exchange, month_close, months, policy_packs
from app.ops.conflict_decisions import Choice
from app.ops.errors import (
    MonthNotReadyError,
    NoPeriodError,
    PeriodStateError,
    SheetStateError,
    StepNotAllowedError,
)
from app.ops.lives import StepInput
from app.paths import MIGRATIONS
from app.sync.errors import RevokedDeviceError, UnknownTargetError, UnlistedSelfError
from tests.conftest import NOW, VILLAGE
from tests.ops.network import ME, journal
from tests.sync.replicas import OTHER, PLACES, SUPERIOR, WAYS, Replicas, load, save

OCTOBER, END = Period(2025, 10), date(2025, 10, 31)
STEPS = {  # of a month, by level
    "village": ("open", "check", "close", "close", "back", "correct"),
    "township": ("back", "correct", "approve-correction"),
}
REFUSED = (  # by the rules of a month, which is no failure
    ContestedError, MonthNotReadyError, NoPeriodError, PeriodStateError, SheetStateError,
    StepNotAllowedError,
)  # fmt: skip


@cache
def _newer_tables() -> list[str]:
    """Return the tables that came after the first schema, those that refer to others first."""
    found: list[str] = []
    for path in sorted((MIGRATIONS / "versions").glob("*.py"))[1:]:
        found += re.findall(r'create_table\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    return found[::-1]


@dataclass
class World:
    """One run; the same numbers give the same run."""

    replicas: Replicas
    folder: Path
    stores: dict[str, Store] = field(default_factory=dict)
    files: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    backups: dict[str, Path] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    made: int = 100

    def start(self) -> "World":
        """Begin with what the replicas keep."""
        shutil.rmtree(self.folder, ignore_errors=True)  # of a run that failed
        self.folder.mkdir()
        self.replicas.begin()
        self.stores = dict(self.replicas.stores)
        return self

    def close(self) -> None:
        """Throw the sticks away."""
        shutil.rmtree(self.folder)

    def alive(self) -> list[str]:
        """Return who takes part still."""
        return [name for name in PLACES if name not in self.revoked]

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
        store = self.stores[name]
        store.engine.dispose()
        connection = engine.connect(store.path, store.key)
        newer = _newer_tables()
        counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in newer]  # noqa: S608  own names
        if not any(counts):
            for table in newer:
                connection.execute(f"DROP TABLE {table}")
            connection.execute("UPDATE alembic_version SET version_num='0001'")
        connection.close()
        if not any(counts):
            schema.upgrade(store.path, store.key)

    def clone(self, name: str, which: int, value: int) -> None:
        """Let a copy of a laptop's file work on elsewhere, and its stick arrive too: a fork."""
        if name == "c":
            return
        own = self.stores[name]
        self.stores[name] = copy = self.replicas.spare(name)
        self.edit(name, which, value)
        path = self.export_file(name, SUPERIOR[name])
        copy.engine.dispose()
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
        path = self.export_file(sender, receiver)
        if path is not None and not lost:
            self.files[receiver].append(path)

    def visit(self, name: str) -> None:
        """Carry a stick to the superior and back, receipts with it."""
        for sender, receiver in ((name, SUPERIOR[name]), (SUPERIOR[name], name)):
            path = self.export_file(sender, receiver)
            if path is not None:
                self.import_file(receiver, path)

    def export_file(self, sender: str, receiver: str) -> Path | None:
        """Write a package; None where the receiver must list the sender first."""
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
            self.import_file(name, self.files[name][which % len(self.files[name])])

    def import_file(self, name: str, path: Path) -> None:
        """Take a file in; the set only grows."""
        store = self.stores[name]
        before = {row[4] for row in journal(store)}
        try:
            exchange.import_package(store, ME, path, NOW, confirmed=True)
        except RevokedDeviceError:
            assert self.revoked
        assert before <= {row[4] for row in journal(store)}, "the set only grows"

    def backup(self, name: str) -> None:
        """Keep a copy of a replica's file."""
        self.backups[name] = save(self.stores[name], self.folder / f"backup-{name}")

    def restore(self, name: str, *, renewed: bool) -> None:
        """Go back to a copy, in the way of the program or (a fork) by hand."""
        if name not in self.backups:
            return
        load(self.stores[name], self.backups[name])
        if renewed:
            devices.renew_epoch(self.stores[name])

    def revoke(self) -> None:
        """The second laptop of the second village is lost."""
        if "b2" not in self.revoked:
            self.revoked.add("b2")
            device_id = self.stores["b2"].device_id
            devices.revoke_device(self.stores["t"], ME, device_id, "丢失")
