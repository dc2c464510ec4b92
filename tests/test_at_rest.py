"""A stolen laptop: no file that the program made shows a name, a telephone or an identity number.

Not covered, and said so in the manual: swap, hibernation, the printer's spool, and files that the
user asked for.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.working_day import ID_NO, NAME, PASSPHRASE, PHONE

ROOT = Path(__file__).parents[1]
# Not ``-m``: children that read pictures would import the whole desktop with it.
_DAY = "import sys, pathlib, tests.working_day as day; day.main(pathlib.Path(sys.argv[1]))"
ENCODINGS = ("utf-8", "utf-16-le", "gbk")


def secrets() -> list[bytes]:
    return [text.encode(coding) for text in (NAME, PHONE, ID_NO) for coding in ENCODINGS]


def leaks(folder: Path) -> list[str]:
    """Return the files in which anything planted stands."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            is_plain = content.startswith((b"PK\3\4", b"\xff\xd8\xff"))
            if is_plain or any(secret in content for secret in secrets()):
                found.append(str(path.relative_to(folder)))
        if any(text in path.name for text in (NAME, PHONE, ID_NO)):
            found.append(f"the name {path.relative_to(folder)}")
    return found


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return everything that a working day left, the process killed at its end."""
    root = tmp_path_factory.mktemp("laptop")
    home, asked = root / "home", root / "asked"
    for folder in (home / "tmp", asked):
        folder.mkdir(parents=True)
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    with (home / "stdout").open("wb") as out, (home / "stderr").open("wb") as err:
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-c", _DAY, str(asked)],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=err,
            timeout=240,
            check=False,
        )
    told = (home / "stdout").read_text(), (home / "stderr").read_text()
    assert "looked at the paper" in told[0], told
    assert done.returncode == -9
    log = next(path for path in home.rglob("replica.db-wal") if path.stat().st_size)
    shutil.copy(log, home / "the log at the kill")  # what follows moves it into the database
    for words in command_lines(asked, home):  # what they print goes to the screen, to no file
        shown = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "app", *words],
            cwd=ROOT,
            env=environment | {"ZHUCUN_PASSPHRASE": PASSPHRASE},
            capture_output=True,
            check=False,
        )
        is_slip = "不存在" in " ".join(words)
        assert (shown.returncode == 0) is not is_slip, (words, shown.stderr.decode())
    return root


def command_lines(asked: Path, home: Path) -> list[list[str]]:
    """Return what is typed on the same laptop afterwards, slips of the keyboard among it."""
    return [
        ["roster", "export", "--out", str(asked / "台账.xlsx")],
        ["roster", "import", str(asked / "名册.xlsx")],
        ["roster", "import", f"{NAME}不存在.xlsx"],
        ["month", "unvisited", "2025-10", "--household", f"{NAME}不存在", "--reason", ID_NO],
        ["history", "--household", NAME],
        ["print", "plan", "--household", NAME, "--out", str(asked / "计划.pdf")],
        ["--json", "month", "check", "2025-10"],
        ["package", "export", "--to", "parent", "--out", str(home / "2.变更包")],
        ["backup", "create", "--out", str(home / "又一份.备份")],
        ["doctor"],
    ]


def test_the_search_itself_finds_every_way_of_writing(tmp_path: Path) -> None:
    for number, secret in enumerate(secrets()):
        (tmp_path / str(number)).write_bytes(b"x" + secret + b"x")
    (tmp_path / "zipped").write_bytes(b"PK\3\4")
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff\xe0")
    assert len(leaks(tmp_path)) == len(secrets()) + 2


def test_nothing_planted_is_found_in_any_file_of_the_program(laptop: Path) -> None:
    assert leaks(laptop / "home") == []


def test_the_day_really_made_files_of_every_kind(laptop: Path) -> None:
    """Otherwise the search would prove nothing."""
    names = {path.name for path in (laptop / "home").rglob("*") if path.is_file()}
    wanted = {
        "2.变更包",
        "又一份.备份",
        "replica.db",
        "the log at the kill",
        "vault.json",
        "desktop.ini",
        "zhucun.log",
        "1.变更包",
    }
    assert wanted <= names
    assert any(name.endswith(".备份") for name in names)
    log = next((laptop / "home").rglob("zhucun.log")).read_text(encoding="utf-8")
    for kind in ("ValueError", "KeyError", "LookupError"):
        assert kind in log
    assert {path.suffix for path in (laptop / "asked").iterdir()} == {".xlsx", ".pdf", ".jpg"}
