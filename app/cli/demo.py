"""``demo``: one month of an invented village. The story is handed in: cli does not know demo."""

import os
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from app.cli import main
from app.cli.common import Cli
from app.paths import ReplicaPaths

Play = Callable[[Path, str, int, int, Callable[[str], None]], Any]


def passphrase_of(cli: Cli) -> str:
    """Return the given passphrase; without one and without terminal a random one, told once."""
    has_one = cli.passphrase_file or os.environ.get("ZHUCUN_PASSPHRASE") or sys.stdin.isatty()
    if has_one:
        return cli.passphrase()
    passphrase = secrets.token_urlsafe(15)
    cli.note(f"演示口令（只显示这一次）：{passphrase}")
    return passphrase


def mark(folders: Iterable[Path]) -> None:
    """Let the window say that everybody in these replicas is invented."""
    for folder in folders:
        ReplicaPaths(folder).demo_mark.touch()


def run_demo(arguments: list[str], play: Play) -> int:
    """Run the verb ``demo`` with the common options; return the exit code."""

    @click.command("demo", help="用编出来的人走完一个月：村、镇、县三份数据")
    @click.option("--households", default=60, show_default=True, type=click.IntRange(6, 2000))
    @click.option("--seed", default=1, show_default=True)
    @click.pass_obj
    def command(cli: Cli, households: int, seed: int) -> None:
        played = play(cli.folder, passphrase_of(cli), households, seed, cli.note)
        mark(played.folders.values())
        folders = {level: str(path) for level, path in played.folders.items()}
        files = [str(path) for path in played.files]
        figures = {
            "warnings_opened": played.warnings_opened,
            "warnings_closed": played.warnings_closed,
        }
        cli.emit(folders | {"files": files} | figures, [f"已写好：{path}" for path in files])

    main.cli.add_command(command)
    return main.run(arguments)
