"""Click's own frame around the verbs is Chinese, whatever language the machine speaks."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli import chinese
from app.cli.main import cli
from tests.cli.calls import result, zhucun

DEVELOPER = ("DeprecationWarning", "Could not determine", "No options defined", "Arguments take",
             "Name '", "Value must be", "Boolean option", "Invalid start", "Choice(",
             "Unknown", "Windows error")  # fmt: skip
UNUSED = ("{editor}", "Couldn't detect Bash", "Shell completion", "%(prog)s", "Press any key", "d")


def messages() -> Iterator[str]:
    """Every text that the installed click looks up for a person, the first of its plurals."""
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in {"_", "ngettext"} and isinstance(first, ast.Constant):
                    yield str(first.value)


@pytest.mark.parametrize("text", sorted(set(messages())))
def test_every_text_of_the_installed_click_has_its_chinese(text: str) -> None:
    words = gettext.translation("messages", str(chinese.FOLDER), [chinese.LANGUAGE])
    if text.startswith((*DEVELOPER, *UNUSED[:-1])) or text == UNUSED[-1]:
        return
    one_or_many = {words.gettext(text), words.ngettext(text, text, 2)}
    assert one_or_many != {text}


def test_wrong_usage_is_told_in_chinese_and_as_json(tmp_path: Path) -> None:
    code, out, err = zhucun(tmp_path, "--json", "month", "open")
    assert code == 2
    told = result(out)["error"]
    assert (told["code"], told["message"]) == ("E001", "缺少参数 'PERIOD'。请看 --help。")
    assert "用法" in err
    assert "Error" not in err


def test_a_misspelt_verb_is_answered_with_the_right_one(tmp_path: Path) -> None:
    code, _, err = zhucun(tmp_path, "month", "opne")
    assert code == 2
    assert "没有动词 'opne'" in err
    assert "open" in err.split("是不是要写")[1]


def test_common_options_may_stand_behind_the_verb_too(tmp_path: Path) -> None:
    code, out, _ = zhucun(tmp_path, "month", "status", "2025-10", "--json", "--as", "张卫东")
    assert (code, result(out)["error"]["code"]) == (1, "E105")
    code, out, _ = zhucun(tmp_path, "month", "open", "--json")
    assert (code, result(out)["error"]["code"]) == (2, "E001")


def test_the_help_of_every_verb_is_chinese_but_for_names_and_values() -> None:
    chinese.speak()
    for name, text in helps(cli, click.Context(cli, info_name="zhucun")):
        assert not re.findall(r"OPTIONS|COMMAND|ARGS|required|\bTEXT\b|\bINTEGER\b", text), name


def helps(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from helps(below, click.Context(below, info_name=name, parent=context))
