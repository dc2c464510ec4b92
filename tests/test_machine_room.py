"""Further faults of the plan (1–10): what the machine itself does to the program."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models.household import Household, Member
from app.models.store import Store
from app.ops import conflicts, exchange, setup
from tests.conftest import NOW, VILLAGE, StoreMaker
from tests.ops.network import ME, build, enrol
from tests.ops.test_backup import GOOD, PLAN, add
from tests.ops.village import add_family

ROOT = Path(__file__).parents[1]
OTHER = "539901101202"


def count(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Household.id)).all())


def test_further_01_a_file_held_by_a_virus_scanner_for_seconds_is_waited_for(store: Store) -> None:
    holder = store.raw()
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(1.0, lambda: None)
    released = threading.Event()

    def save() -> None:
        add(store, 1)
        released.set()

    worker = threading.Thread(target=save)
    worker.start()
    release.start()
    assert not released.wait(0.7)
    holder.execute("ROLLBACK")
    holder.close()
    worker.join(10)
    release.cancel()
    assert count(store) == 1


def _import(path: Path, key: bytes, package: Path) -> None:
    store = Store(path, key, clock=lambda: NOW)
    exchange.import_package(store, ME, package, NOW)
    store.close()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no SIGSTOP on this system")
def test_further_02_a_lid_closed_in_the_midst_of_an_import(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    for number in range(1, 4):
        add_family(network.village, str(number))
    package = network.export(network.village, network.township).path
    path, key = network.township.path, network.township._key
    process = multiprocessing.get_context("spawn").Process(
        target=_import, args=(path, key, package)
    )
    process.start()
    assert process.pid is not None
    while process.is_alive():
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGCONT)
        process.join(0.1)
    assert process.exitcode == 0
    assert count(network.township) == 3


def test_further_03_a_chinese_user_and_a_path_beyond_260_characters(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("用户", "张卫东 的电脑", *["a deep folder"] * 20)
    assert 260 < len(str(deep)) < 430  # SQLite itself ends at 512 bytes, see test_places
    deep.mkdir(parents=True)
    setup.create_replica(deep / "v", PLAN, GOOD)
    store = setup.open_replica(deep / "v", GOOD, "测试", clock=lambda: NOW)
    add(store, 1)
    assert count(store) == 1
    store.close()


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_further_04_a_console_of_gbk_shows_what_it_can_and_never_crashes(
    tmp_path: Path, more: list[str]
) -> None:
    setup.create_replica(tmp_path / "v", PLAN, GOOD)
    store = setup.open_replica(tmp_path / "v", GOOD, "测试", clock=lambda: NOW)
    home = add_family(store)
    with store.write("test.name", ME) as session:
        session.scalars(select(Member).filter_by(household_id=home, number=1)).one().name = "𠮷䶮"
    store.close()
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "app", "--data", str(tmp_path / "v"), *more, "history"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "LANG": "zh_CN.GBK",
            "PYTHONIOENCODING": "gbk",
            "PYTHONUTF8": "0",
            "HOME": str(tmp_path),
            "ZHUCUN_PASSPHRASE": GOOD,
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("gbk", "replace")
    shown = done.stdout.decode("gbk")
    if more:
        changed = [line["new"] for line in json.loads(shown)["changes"]]
        assert "𠮷䶮" in changed
    else:
        assert "赵德福 → ??" in shown


def test_further_07_two_sticks_with_packages_of_one_name(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    second = new_store("village", OTHER, "大箐村")
    enrol(network.township, second, tmp_path)
    add_family(network.village)
    with second.write("test.home", ME) as session:
        session.add(Household(scope=OTHER, household_no="1", household_kind="lifted"))
    for number, store in enumerate((network.village, second)):
        path = network.export(store, network.township).path
        stick = tmp_path / f"stick-{number}"
        stick.mkdir()
        same = path.rename(stick / "上报.变更包")
        assert exchange.import_package(network.township, ME, same, NOW).earlier is None
    assert count(network.township) == 2


def test_further_09_a_person_whom_two_villages_claim_is_in_both_until_somebody_asks(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    second = new_store("village", OTHER, "大箐村")
    enrol(network.township, second, tmp_path)
    add_family(network.village)
    with second.write("test.moved", ME) as session:
        home = Household(scope=OTHER, household_no="1", household_kind="lifted")
        session.add(home)
        session.flush()
        values = {"number": 1, "name": "赵明远", "relation": "户主", "id_no": "539901201106200632"}
        session.add(Member(scope=OTHER, household_id=home.id, **values))
    for store in (network.village, second):
        assert network.send(store, network.township).void == ()
    with network.township.read() as session:
        rows = session.scalars(select(Member).filter_by(id_no="539901201106200632")).all()
    assert {row.scope for row in rows} == {VILLAGE, OTHER}
    assert conflicts.list_conflicts(network.township) == []  # nothing of a village is blocked
