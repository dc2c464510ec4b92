"""A power cut with a device that lost its last writes: the state before, the state after, or told.

What a disk may hold afterwards is put together from pictures of the files: the log cut anywhere,
the database with only some of its new pages.
"""

import os
import shutil
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.models import copies
from app.models.errors import DamagedFileError
from app.models.household import Household
from app.models.store import Store
from app.ops import doctor
from tests.conftest import NOW, VILLAGE, make_store
from tests.ops.network import ME

PAGE = 4096
FILES = ("replica.db", "replica.db-wal")


def save(store: Store, first: int, last: int) -> None:
    with store.write("test.save", ME) as session:
        for number in range(first, last):
            session.add(
                Household(scope=VILLAGE, household_no=str(number), household_kind="lifted")
            )  # fmt: skip


def picture(folder: Path, name: str) -> Path:
    """Copy what stands in the files now."""
    target = folder.parent / name
    target.mkdir()
    for file in FILES:
        if (folder / file).exists():
            shutil.copy(folder / file, target / file)
    return target


def found(folder: Path, key: bytes) -> int | str:
    """Open it as the next start would: how many households are there, or «told»."""
    path = folder / "replica.db"
    try:
        if copies.faults_of(path, key):
            return "told"
    except DamagedFileError:
        return "told"
    store = Store(path, key, clock=lambda: NOW)
    try:
        bad = {check.check for check in doctor.examine(store) if not check.ok} - {"disk"}
        with store.read() as session:
            there = len(session.scalars(select(Household.id)).all())
    finally:
        store.close()
    return "told" if bad else there


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[bytes, Path, Path, Path]:
    """Return the key and the files: before a save, after it, and after its log went in."""
    store = make_store(tmp_path / "v", "village", VILLAGE, "上坝村")
    save(store, 0, 5)
    store.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = picture(tmp_path / "v", "before")
    save(store, 5, 12)
    after = picture(tmp_path / "v", "after")
    key = store._key
    store.close()
    whole = picture(tmp_path / "v", "whole")
    assert [found(shutil.copytree(p, tmp_path / f"{p.name}-1"), key) for p in (before, after)] == [
        5,
        12,
    ]
    return key, before, after, whole


def test_fault_31_a_log_that_lost_its_end_leaves_before_or_after(
    pictures: tuple[bytes, Path, Path, Path], tmp_path: Path
) -> None:
    key, _before, after, _whole = pictures
    size = (after / FILES[1]).stat().st_size
    rng = Random(31)  # noqa: S311  repeatable places
    seen = set()
    for at in sorted({0, 31, 32, size - 1, size, *(rng.randrange(size) for _ in range(12))}):
        work = shutil.copytree(after, tmp_path / f"cut-{at}")
        os.truncate(work / FILES[1], at)
        seen.add(found(work, key))
        shutil.rmtree(work)
    assert seen == {5, 12}


def test_fault_31_pages_that_never_reached_the_disk_are_before_after_or_told(
    pictures: tuple[bytes, Path, Path, Path], tmp_path: Path
) -> None:
    key, before, after, whole = pictures
    old, new = ((p / FILES[0]).read_bytes() for p in (before, whole))
    rng = Random(31)  # noqa: S311  repeatable places
    seen = set()
    for number in range(24):
        mixed = bytearray(new)
        for at in range(0, len(old), PAGE):
            if old[at : at + PAGE] != new[at : at + PAGE] and rng.random() < 0.5:
                mixed[at : at + PAGE] = old[at : at + PAGE]
        with_log = number % 2
        work = tmp_path / f"mixed-{number}"
        work.mkdir()
        (work / FILES[0]).write_bytes(mixed)
        if with_log:  # the log is emptied last: as long as it is there nothing is lost
            shutil.copy(after / FILES[1], work / FILES[1])
        state = found(work, key)
        assert state == 12 if with_log else state in (5, 12, "told"), (number, state)
        seen.add(state)
        shutil.rmtree(work)
    assert "told" in seen
