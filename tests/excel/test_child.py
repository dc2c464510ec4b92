"""Reading in a child: its items come in order, its limits hold, its end is noticed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.excel import child
from app.excel.child import stream_from_child
from app.excel.errors import EncryptedTableError, TableDamagedError, TableTooLargeError
from app.excel.roster import read_roster
from tests.excel import keys

XLS = keys.ROSTERS / "03_村台账_杂乱_97-2003.xls"


def three(_path: Path) -> Iterator[int]:
    yield from (1, 2, 3)


def greedy(_path: Path) -> Iterator[int]:
    yield len(bytearray(600 << 20))


def endless(_path: Path) -> Iterator[int]:
    yield 1
    time.sleep(60)


def busy(_path: Path) -> Iterator[int]:
    yield sum(iter(int, 1))  # without end


def waiting(_path: Path) -> Iterator[int]:
    time.sleep(1.5)  # the computer does something else
    yield 1


def dying(_path: Path) -> Iterator[int]:
    yield 1
    os._exit(9)


def refusing(path: Path) -> Iterator[int]:
    if path.name:
        raise EncryptedTableError
    yield 1


def broken(_path: Path) -> Iterator[int]:
    yield 1
    raise ValueError("张三")


def test_items_come_in_order(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    assert list(stream_from_child(path, three)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("work", "error"),
    [
        pytest.param(
            greedy, TableTooLargeError,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no memory limit there"),
        ),
        (dying, TableTooLargeError),
        (refusing, EncryptedTableError),
        (broken, TableDamagedError),
    ],
)  # fmt: skip
def test_what_goes_wrong_in_the_child_is_a_refusal(
    tmp_path: Path, work: object, error: type[Exception]
) -> None:
    path = tmp_path / "x"
    path.touch()
    with pytest.raises(error) as caught:
        list(stream_from_child(path, work))  # type: ignore[arg-type]
    assert "张三" not in str(caught.value)


def test_a_child_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.touch()
    monkeypatch.setattr(child, "BASE_SECONDS", 1)
    monkeypatch.setattr(child, "WALL_FACTOR", 1)
    with pytest.raises(TableTooLargeError) as caught:
        list(stream_from_child(path, endless))
    assert "内存或时间" in caught.value.sentence()


@pytest.mark.skipif(sys.platform == "win32", reason="only the clock there")
def test_the_processor_is_counted_and_not_how_busy_the_computer_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource  # noqa: PLC0415  not on Windows

    path = tmp_path / "x"
    path.touch()
    monkeypatch.setattr(child, "BASE_SECONDS", 1)
    monkeypatch.setattr(child, "WALL_FACTOR", 60)
    assert list(stream_from_child(path, waiting)) == [1]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(TableTooLargeError):
        list(stream_from_child(path, busy))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 20  # the clock would have given it a minute


def test_an_old_workbook_is_read_in_a_child_of_the_command_line(tmp_path: Path) -> None:
    """The child starts the program's entry again: it must work there, not start it anew."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "app", "--data", str(tmp_path / "none"), "--json",
         "--today", "2025-10-31", "roster", "import", str(XLS), "--dry-run"],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(child.__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    assert f'"data_rows": {len(read_roster(XLS).table.rows)}' in done.stdout


def test_both_entries_make_way_for_a_child_before_anything_else() -> None:
    root = Path(child.__file__).parents[2]
    for entry in (root / "app" / "__main__.py", root / "packaging" / "start.py"):
        text = entry.read_text("utf-8")
        guarded = text[text.index('if __name__ == "__main__"') :]
        assert guarded.index("freeze_support()") < guarded.index("main())")
