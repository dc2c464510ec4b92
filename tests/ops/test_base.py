"""A new laptop starts from a base: it works at once, and the past follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.errors import AppError
from app.models.base import natural_id
from app.models.conflict import ContestedError
from app.models.form import Answer, Sheet
from app.models.household import Household, Member
from app.models.journal import AbridgedRow, BaseChainRow, ChangesetRow
from app.models.store import Store
from app.ops import conflicts, devices, doctor, exchange
from app.ops.conflict_decisions import Choice
from app.ops.exchange_lines import Exported, Imported
from app.sync import local, parcels
from app.sync.base import seal_base
from app.sync.errors import BaseForkError, BaseSignerError
from app.sync.known import lacking_past
from app.sync.parcels import Wish
from tests.conftest import NOW, VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, clone, content, dump, enrol, journal
from tests.ops.test_contents import attach

MONTHS = ("2025-06", "2025-07", "2025-08", "2025-09", "2025-10")
OLD = MONTHS[:-2]


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


@dataclass
class Laptops:
    """The village's second laptop, which grew up with it, and a new one."""

    network: Network
    second: Store
    new: Store

    @property
    def old(self) -> Store:
        return self.network.village

    @property
    def township(self) -> Store:
        return self.network.township

    def base(self) -> Imported:
        """Send the base to the new laptop."""
        return take(self.new, send(self.network, self.new, Wish.BASE).path)

    def meet(self, *stores: Store) -> None:
        """Carry packages until nobody has news."""
        for _ in range(2):
            for store in stores:
                self.network.send(store, self.township)
            for store in stores:
                self.network.send(self.township, store)


@pytest.fixture
def laptops(network: Network, new_store: StoreMaker, tmp_path: Path) -> Laptops:
    second, new = (new_store("village", VILLAGE, "上坝村") for _ in range(2))
    for store in (second, new):
        enrol(network.township, store, tmp_path)
    return Laptops(network, second, new)


def send(network: Network, to: Store, wish: Wish = Wish.NEWS) -> Exported:
    network.made += 1
    path = network.stick / f"{network.made}.变更包"
    return exchange.export_package(network.township, ME, to.device_id, path, NOW, wish)


def take(store: Store, path: Path) -> Imported:
    return exchange.import_package(store, ME, path, NOW)


def add_home(store: Store, number: int) -> str:
    with store.write("test.home", ME) as session:
        home = Household(scope=VILLAGE, household_no=str(number), household_kind="lifted")
        session.add(home)
        session.flush()
        for place, relation in enumerate(("户主", "配偶", "之子"), 1):
            session.add(
                Member(
                    scope=VILLAGE, household_id=home.id, number=place, relation=relation,
                    name=f"人{place}", id_no=f"{number}-{place}",
                )
            )  # fmt: skip
    return home.id


def answer(store: Store, home: str, month: str, question: str, value: str) -> None:
    sheet_id = natural_id("sheet", home, month)
    answer_id = natural_id("answer", sheet_id, question, "")
    with store.write("test.answer", ME) as session:
        if session.get(Sheet, sheet_id) is None:
            session.add(
                Sheet(id=sheet_id, scope=VILLAGE, household_id=home, period=month, form_version="1")
            )
            session.flush()
        row = session.get(Answer, answer_id)
        if row is None:
            row = Answer(id=answer_id, scope=VILLAGE, sheet_id=sheet_id, question=question)
            session.add(row)
        row.value = value


def edit(store: Store, home: str, **values: object) -> None:
    with store.write("test.edit", ME, "核实") as session:
        row = session.get_one(Household, home)
        for name, value in values.items():
            setattr(row, name, value)


def live(store: Store, months: int = 4) -> list[str]:
    """Let a village fill some months; return its households."""
    homes = [add_home(store, number) for number in range(1, months)]
    for month in MONTHS:
        for home in homes:
            for question in ("FD-01", "CL-01"):
                answer(store, home, month, question, month[-1])
        edit(store, homes[0], phone=month)
    return homes


def recent(store: Store) -> dict[str, list[str]]:
    """Return what people see, but for the sheets of the past."""
    old = {natural_id("sheet", home, month) for home in homes_of(store) for month in OLD}
    return {
        table: [line for line in lines if not any(sheet in line for sheet in old)]
        for table, lines in content(store).items()
        if table not in ("base_chain", "abridged", "device")
    }


def homes_of(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Household.id)))


def count(store: Store, table: type[BaseChainRow | AbridgedRow]) -> int:
    with store.read() as session:
        return len(session.scalars(select(table)).all())


def fine(store: Store) -> None:
    assert [c for c in doctor.examine(store) if not c.ok and c.check != "disk"] == []


def test_a_base_makes_a_new_laptop_work_and_the_past_completes_it(laptops: Laptops) -> None:
    live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    found = laptops.base()
    assert found.bases == (VILLAGE,)
    assert found.past_left > 0
    assert recent(laptops.new) == recent(laptops.old)
    assert content(laptops.new) != content(laptops.old)
    fine(laptops.new)
    assert f"历史待补{found.past_left}条" in str(doctor.examine(laptops.new))

    edit(laptops.new, homes_of(laptops.new)[0], note="新电脑")  # it may write at once
    assert laptops.network.send(laptops.new, laptops.township).applied == 1
    sent = send(laptops.network, laptops.new)
    past = take(laptops.new, sent.path)
    assert past.past == found.past_left
    assert past.past_left == 0
    laptops.network.send(laptops.township, laptops.old)
    assert content(laptops.new) == content(laptops.old)
    assert journal(laptops.new) == journal(laptops.old)
    assert not count(laptops.new, BaseChainRow)
    assert not count(laptops.new, AbridgedRow)
    fine(laptops.new)


def test_a_folder_gets_the_base_and_the_past_in_any_order(
    laptops: Laptops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = live(laptops.old)
    laptops.meet(laptops.old)  # the first place that is signed
    for month in MONTHS:
        for home in homes:
            answer(laptops.old, home, month, "WT-01", "1")
    laptops.network.send(laptops.old, laptops.township)
    monkeypatch.setattr(parcels, "ROOM", 40_000)
    folder = tmp_path / "series"
    folder.mkdir()
    target = exchange.Target(laptops.new.device_id, folder, Wish.BASE)
    seen: list[tuple[int, int]] = []
    first = exchange.export_series(
        laptops.township, ME, target, NOW, lambda *done: seen.append(done)
    )
    paths = [first.path, *(more.path for more in first.further)]
    assert len(paths) >= 3
    assert [done for done, _total in seen] == list(range(len(paths)))
    assert sorted(folder.iterdir()) == sorted(paths)
    for path in reversed(paths):
        take(laptops.new, path)
    assert content(laptops.new) == content(laptops.old)
    assert journal(laptops.new) == journal(laptops.old)
    fine(laptops.new)


def test_an_older_base_after_newer_state_changes_nothing(laptops: Laptops) -> None:
    homes = live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    older = send(laptops.network, laptops.new, Wish.BASE)
    edit(laptops.old, homes[1], phone="新")
    laptops.network.send(laptops.old, laptops.township)
    newer = send(laptops.network, laptops.new, Wish.BASE)
    take(laptops.new, newer.path)
    before = dump(laptops.new, "package_log", "receipt", "known_certificate")
    found = take(laptops.new, older.path)
    assert (found.applied, found.bases) == (0, ())
    assert dump(laptops.new, "package_log", "receipt", "known_certificate") == before


def test_a_newer_base_over_an_older_one_carries_on(laptops: Laptops) -> None:
    homes = live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    older = send(laptops.network, laptops.new, Wish.BASE)
    edit(laptops.old, homes[1], phone="新")
    answer(laptops.old, homes[1], "2025-10", "CL-01", "晚")
    laptops.network.send(laptops.old, laptops.township)
    newer = send(laptops.network, laptops.new, Wish.BASE)
    for path in (older.path, newer.path, older.path):
        take(laptops.new, path)
    assert recent(laptops.new) == recent(laptops.old)
    laptops.network.send(laptops.new, laptops.township)
    take(laptops.new, send(laptops.network, laptops.new).path)
    laptops.network.send(laptops.township, laptops.old)
    assert content(laptops.new) == content(laptops.old)
    assert journal(laptops.new) == journal(laptops.old)


def test_a_long_past_is_sent_as_a_base_by_itself_and_a_short_one_whole(
    laptops: Laptops, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    assert send(laptops.network, laptops.new).bases == 0
    monkeypatch.setattr(parcels, "BASE_FROM", 10)
    sent = send(laptops.network, laptops.new)
    assert sent.bases == 1
    assert sent.left > 0
    take(laptops.new, sent.path)
    laptops.network.send(laptops.new, laptops.township)
    assert send(laptops.network, laptops.new).bases == 0  # it has one
    assert laptops.network.export(laptops.township, laptops.network.county).bases == 0  # upwards


def test_conflicts_open_at_the_base_are_open_on_the_new_laptop(laptops: Laptops) -> None:
    homes = live(laptops.old)
    laptops.meet(laptops.old, laptops.second)
    edit(laptops.old, homes[0], phone="甲")
    edit(laptops.second, homes[0], phone="乙")
    answer(laptops.old, homes[1], "2025-10", "FD-01", "甲")
    answer(laptops.second, homes[1], "2025-10", "CL-01", "乙")
    laptops.meet(laptops.old, laptops.second)
    found = laptops.base()
    assert len(found.conflicts) >= 2
    assert recent(laptops.new) == recent(laptops.old)
    for line in conflicts.list_conflicts(laptops.new):
        conflicts.resolve_conflict(laptops.new, ME, line.conflict_id, Choice(line.sides[1].side))
    laptops.meet(laptops.new, laptops.old, laptops.second)
    assert conflicts.list_conflicts(laptops.old) == []
    assert content(laptops.new) == content(laptops.old) == content(laptops.second)
    assert journal(laptops.new) == journal(laptops.old)


def test_what_follows_a_base_may_come_before_it(laptops: Laptops) -> None:
    homes = live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    base = send(laptops.network, laptops.new, Wish.BASE)
    take(laptops.new, base.path)
    laptops.network.send(laptops.new, laptops.township)
    edit(laptops.old, homes[0], phone="后来")
    laptops.network.send(laptops.old, laptops.township)
    later = send(laptops.network, laptops.new)
    with laptops.new.absorb():
        pass
    take(laptops.new, later.path)
    laptops.network.send(laptops.township, laptops.old)
    assert recent(laptops.new) == recent(laptops.old)


Step = Callable[[Random, Laptops], None]


def _edit(rng: Random, laptops: Laptops) -> None:
    store = rng.choice([laptops.old, laptops.second, laptops.township, laptops.new])
    homes = homes_of(store)
    if not homes:
        return
    home, value = rng.choice(homes), str(rng.randint(1, 3))
    kind = rng.random()
    if kind < 0.1 and store is not laptops.township:
        add_home(store, rng.randint(100, 10**6))
    elif kind < 0.2:
        ended = None if rng.random() < 0.4 else date(2025, 10, rng.randint(1, 9))
        edit(store, home, removed_on=ended)
    elif kind < 0.5 or store is laptops.township:
        edit(store, home, **{rng.choice(["phone", "note"]): value})
    else:
        month = rng.choice(MONTHS[-2:])
        answer(store, home, month, rng.choice(["FD-01", "CL-01"]), value)


def _try(run: Callable[[], object]) -> None:
    try:
        run()
    except ContestedError:
        return


@pytest.mark.parametrize("seed", range(6))
def test_a_replica_from_a_base_ends_like_one_with_the_whole_past(
    laptops: Laptops, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311  numbers that choose
    live(laptops.old)
    laptops.meet(laptops.old, laptops.second)
    for _ in range(12):
        _try(lambda: _edit(rng, laptops))
        if rng.random() < 0.2:
            laptops.meet(rng.choice([laptops.old, laptops.second]))
    laptops.base()
    for _ in range(20):
        _try(lambda: _edit(rng, laptops))
        if rng.random() < 0.3:
            store = rng.choice([laptops.old, laptops.second, laptops.new])
            path = laptops.network.export(store, laptops.township).path
            take(laptops.township, path)
        if rng.random() < 0.2:
            back = laptops.network.export(laptops.township, laptops.second).path
            take(laptops.second, back)
    for store in (laptops.old, laptops.second, laptops.new):
        laptops.network.send(store, laptops.township)
    for store in (laptops.old, laptops.second):
        laptops.network.send(laptops.township, store)
    # Everything but the past has come to the new laptop.
    sent = laptops.network.export(laptops.township, laptops.new).path
    take(laptops.new, sent)
    assert recent(laptops.new) == recent(laptops.second)
    laptops.meet(laptops.old, laptops.second, laptops.new)
    assert content(laptops.new) == content(laptops.old) == content(laptops.second)
    assert journal(laptops.new) == journal(laptops.old)
    fine(laptops.new)


def test_a_lost_laptop_is_cut_and_replaced_from_a_base(
    laptops: Laptops, new_store: StoreMaker
) -> None:
    homes = live(laptops.old)
    laptops.meet(laptops.old, laptops.second)
    edit(laptops.second, homes[0], note="丢失前")
    laptops.network.send(laptops.second, laptops.township)
    devices.revoke_device(laptops.township, ME, laptops.second.device_id, "丢失")
    laptops.base()
    assert recent(laptops.new)["household"] == recent(laptops.township)["household"]
    laptops.network.send(laptops.new, laptops.township)
    take(laptops.new, send(laptops.network, laptops.new).path)
    laptops.network.send(laptops.township, laptops.old)
    assert content(laptops.new) == content(laptops.old)
    fine(laptops.new)


def test_what_the_base_knows_is_not_taken_from_another_branch(laptops: Laptops) -> None:
    live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    laptops.base()
    with laptops.new.absorb() as session:
        gap = next(gap for gap, _count in lacking_past(session))
        row = session.get_one(BaseChainRow, tuple(gap.chain))
        at = 32 * (gap.first - 1)
        row.digests = row.digests[:at] + b"\x00" * 32 + row.digests[at + 32 :]
    laptops.network.send(laptops.new, laptops.township)
    found = take(laptops.new, send(laptops.network, laptops.new).path)
    assert len(found.forked) >= 1  # named, kept without effect
    assert found.past_left > 0
    with laptops.new.read() as session:
        states = set(session.scalars(select(ChangesetRow.state)))
    assert "forked" in states


def test_a_base_with_contents_cut_or_changed_anywhere_leaves_no_trace(laptops: Laptops) -> None:
    home = add_home(laptops.old, 1)
    attach(laptops.old, home, b"\xff\xd8\xff\xe0photo")
    laptops.network.send(laptops.old, laptops.township)
    sent = send(laptops.network, laptops.new, Wish.BASE)
    assert (sent.bases, sent.contents) == (1, 0)  # contents follow
    folder = laptops.network.stick / "all"
    folder.mkdir()
    target = exchange.Target(laptops.new.device_id, folder, Wish.BASE)
    series = exchange.export_series(laptops.township, ME, target, NOW, lambda *_done: None)
    before = dump(laptops.new)
    for file in (series.path, *(more.path for more in series.further)):
        data = file.read_bytes()
        bad = laptops.network.stick / "坏.变更包"
        for at in range(0, len(data), max(1, len(data) // 60)):
            for broken in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
                bad.write_bytes(broken)
                with pytest.raises(AppError) as caught:
                    take(laptops.new, bad)
                assert caught.value.exit_code == 3
    assert dump(laptops.new) == before
    for file in folder.iterdir():
        take(laptops.new, file)
    assert content(laptops.new)["attachment"] == content(laptops.old)["attachment"]
    assert content(laptops.new)["attachment_content"] == content(laptops.old)["attachment_content"]


def test_a_base_that_the_villages_own_laptop_signed_is_refused(
    laptops: Laptops, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    with laptops.old.read() as session:
        forger = local.load(session).keys
    monkeypatch.setattr(parcels, "seal_base", lambda _keys, base: seal_base(forger, base))
    path = send(laptops.network, laptops.new, Wish.BASE).path
    before = dump(laptops.new)
    with pytest.raises(BaseSignerError):
        take(laptops.new, path)
    assert dump(laptops.new) == before


def test_a_base_of_another_branch_is_refused_and_changes_nothing(
    laptops: Laptops, tmp_path: Path
) -> None:
    live(laptops.old)
    laptops.network.send(laptops.old, laptops.township)
    copied = clone(laptops.old, tmp_path / "copy")
    edit(copied, homes_of(copied)[0], phone="甲")
    edit(laptops.old, homes_of(copied)[0], phone="乙")
    edit(laptops.old, homes_of(copied)[0], phone="丙")
    laptops.network.send(laptops.old, laptops.township)
    base = laptops.network.export(laptops.township, laptops.old)
    assert base.bases == 0
    network = Network(laptops.network.stick, laptops.network.county, laptops.township, copied)
    network.made = 500
    path = send(network, copied, Wish.BASE).path
    before = dump(copied)
    with pytest.raises(BaseForkError):
        take(copied, path)
    assert dump(copied) == before
    copied.close()
