"""What every verb shares: replica, who acts, which day it is, JSON out, errors to exit codes."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click

from app.domain.ownership import Actor
from app.errors import AppError
from app.models.store import Store
from app.ops import clock, operators, passphrases, places, unlock
from app.paths import ReplicaPaths, default_replica

_LONGEST_WAIT = 5  # seconds; a script must not hang
_YEARS = (1900, 2099)  # in which «today» may lie

Command = TypeVar("Command", bound=Callable[..., Any])


class UsageError(AppError):
    """Wrong usage that click cannot see."""

    code, message, hint = "E001", "{text}", "请看 --help。"
    exit_code = 2


class NoPassphraseError(AppError):
    """No file, no variable, no terminal to ask on."""

    code, message = "E002", "没有给出口令。"
    hint = "请用 --passphrase-file 或环境变量 ZHUCUN_PASSPHRASE。"


@dataclass
class Cli:
    """The context of one command line."""

    folder: Path
    as_json: bool
    operator: str
    today: date
    passphrase_file: Path | None
    _opened: list[Store] = field(default_factory=list)

    @property
    def paths(self) -> ReplicaPaths:
        """The files of the replica."""
        return ReplicaPaths(self.folder)

    def passphrase(self) -> str:
        """Return the passphrase: file, else variable, else a prompt without echo.

        Raises:
            NoPassphraseError: none of them, and no terminal.
        """
        if self.passphrase_file is not None:
            return read_secret(self.passphrase_file)
        given = os.environ.get("ZHUCUN_PASSPHRASE")
        if given:
            return given
        if not sys.stdin.isatty():
            raise NoPassphraseError
        return str(click.prompt("口令", hide_input=True, err=True))

    @cached_property
    def store(self) -> Store:
        """The replica, opened and locked at first use, closed when the command ends."""
        passphrase, now = self.passphrase(), datetime.now(UTC)
        time.sleep(min(passphrases.pause_left(self.folder, now), _LONGEST_WAIT))
        store = unlock.unlock(self.folder, passphrase, "命令行", self.clock)
        self._opened.append(store)
        operators.actor(store, self.operator)  # also who only reads must be known
        doubt = places.sentence(self.folder)
        if doubt:
            self.note(doubt)
        return store

    @cached_property
    def actor(self) -> Actor:
        """Who acts: ``--as``, else the operator made by ``init``."""
        return operators.actor(self.store, self.operator)

    def has_replica(self) -> bool:
        """Tell whether the folder holds a replica (some verbs work without)."""
        return self.paths.vault.exists()

    def emit(self, result: dict[str, Any], lines: list[str] | None = None) -> None:
        """Print the result: one JSON object with ``--json``, else lines for people."""
        if self.as_json:
            text = json.dumps(result, ensure_ascii=False, default=str)
            click.echo(text)
            return
        shown = lines if lines is not None else [f"{key}: {value}" for key, value in result.items()]
        for line in shown:
            click.echo(line)

    def note(self, text: str) -> None:
        """Tell progress on standard error; never personal data."""
        click.echo(text, err=True)

    def close(self) -> None:
        """Free the replica."""
        for store in self._opened:
            store.close()

    def clock(self) -> datetime:
        """Return the time of day, on the day that ``--today`` names."""
        return clock.on_day(self.today)()


def read_secret(path: Path) -> str:
    """Return the one line of a file that holds a passphrase or a recovery key."""
    return path.read_text(encoding="utf-8").strip("\r\n")


def write_secret(path: Path, text: str) -> None:
    """Write a secret into a new file that only its owner can read.

    Raises:
        FileExistsError: the file is there; nothing is written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def make(
    data: str | None, as_json: bool, operator: str, today: str | None, passphrase_file: str | None
) -> Cli:
    """Return the context of the common options.

    Raises:
        UsageError: ``--today`` is no date.
    """
    day = day_of(today)
    folder = Path(data) if data else default_replica().folder
    file = Path(passphrase_file) if passphrase_file else None
    return Cli(folder, as_json, operator, day, file)


def day_of(text: str | None) -> date:
    """Return the day of ``--today``, else of ``ZHUCUN_TODAY``, else the clock's.

    Raises:
        UsageError: no date.
    """
    given = text or os.environ.get("ZHUCUN_TODAY")
    try:
        found = date.fromisoformat(given) if given else datetime.now().astimezone().date()
    except ValueError:
        raise UsageError(text="日期应写成 2025-10-31。") from None
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise UsageError(text=f"年份应在{_YEARS[0]}到{_YEARS[1]}之间。")
    return found


def error_object(error: AppError) -> dict[str, Any]:
    """Return the JSON of an error: code, sentence, and the place in a file."""
    where = error.where.as_dict()
    return {"error": {"code": error.code, "message": error.sentence(), "where": where}}
