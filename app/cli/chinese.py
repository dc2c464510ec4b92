"""The frame that click draws around the verbs (usage, options, errors), in Chinese.

The words are a gettext catalogue in ``resources/locale``; ``messages.po`` is its source. gettext
takes its language from the environment, and an old laptop's often says C or nothing.
"""

import gettext
import os

import click

from app.paths import RESOURCES

LANGUAGE = "zh_CN"
FOLDER = RESOURCES / "locale"
OPTIONS, VERB = "[选项]", "动词 …"


def speak() -> None:
    """Let every message of click come out in Chinese, in this process."""
    os.environ["LANGUAGE"] = LANGUAGE
    gettext.bindtextdomain("messages", str(FOLDER))


def framed(command: click.Command) -> click.Command:
    """Return a command and those below it with the words of usage that click has as defaults."""
    command.options_metavar = OPTIONS
    if isinstance(command, click.Group):
        command.subcommand_metavar = VERB
        for below in command.commands.values():
            framed(below)
    return command
