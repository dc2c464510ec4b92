"""Files on sticks: whole or not at all."""

import os
from pathlib import Path

import pytest

from app.sync.errors import StickLostError, TooLargeError, UnreadableFileError
from app.sync.files import read_whole, write_whole


def test_a_file_is_written_whole_and_leaves_no_part(tmp_path: Path) -> None:
    path = tmp_path / "青石村-2025-10-第1号.变更包"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", ["fsync", "replace"])
def test_a_stick_pulled_out_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = tmp_path / "a.变更包"
    write_whole(path, b"old")

    def fail(*_args: object) -> None:
        raise OSError(5, "I/O error")

    monkeypatch.setattr(os if fault == "fsync" else Path, fault, fail)
    with pytest.raises(StickLostError, match="OSError") as caught:
        write_whole(path, b"new")
    assert caught.value.exit_code == 1
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stick_that_keeps_other_bytes_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.变更包"
    monkeypatch.setattr(Path, "read_bytes", lambda _self: b"fake capacity")
    with pytest.raises(StickLostError):
        write_whole(path, b"new")
    assert not path.exists()


def test_a_folder_that_is_not_there_is_a_stick_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StickLostError):
        write_whole(tmp_path / "gone" / "a.变更包", b"x")


def test_reading_knows_its_limit_and_folders(tmp_path: Path) -> None:
    path = tmp_path / "a.变更包"
    path.write_bytes(b"x" * 11)
    assert read_whole(path, 11) == b"x" * 11
    with pytest.raises(TooLargeError):
        read_whole(path, 10)
    for wrong in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UnreadableFileError):
            read_whole(wrong, 10)
