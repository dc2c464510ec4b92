"""The manual names only commands that there are, with options that they have."""

import re

import click
import pytest

from app.cli.main import cli
from app.paths import RESOURCES

TEXT = (RESOURCES / "manual" / "手册.md").read_text(encoding="utf-8")
COMMANDS = [
    words for line in TEXT.splitlines() if line.startswith("〔命令〕")
    for words in re.findall(r"`([^`]+)`", line)
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_of_the_manual_is_there_with_its_options(words: str) -> None:
    parts = words.split()
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        found = command.get_command(context, parts.pop(0))
        assert found is not None
        command = found
    known = {name for group in (command, cli) for one in group.params for name in one.opts}
    assert {part for part in parts if part.startswith("--")} <= known
    needed = {
        one.opts[0] for one in command.params if one.required and isinstance(one, click.Option)
    }
    assert needed <= set(parts)


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 10
