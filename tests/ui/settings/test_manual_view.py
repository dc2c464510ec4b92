"""The manual names verbs and buttons that are really there."""

import re
from pathlib import Path

import click
import pytest
from pytestqt.qtbot import QtBot

from app.cli.main import cli
from app.ui.settings.manual_view import MANUAL, ManualView

UI = Path(__file__).parents[3] / "app" / "ui"
VERBS = [
    words
    for line in MANUAL.read_text(encoding="utf-8").splitlines()
    if line.startswith("〔命令〕")
    for words in re.findall(r"`([^`]+)`", line)
]
BUTTONS = [
    "开始本月", "核对并关账", "1 导出到U盘", "2 选择文件", "写登记申请", "3 登记新设备",
    "从备份恢复…", "做备用密钥", "接替丢失的县级电脑…", "接受接替文件…",
    "忘了口令：用恢复单", "用备份恢复…", "打印记录",
]  # fmt: skip


@pytest.mark.parametrize("words", VERBS)
def test_a_command_of_the_manual_is_one_of_the_program(words: str) -> None:
    command: click.Command = cli
    parts = words.split()
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), parts.pop(0))
        assert found is not None, words
        command = found
    options = {name for parameter in command.params for name in parameter.opts}
    options |= {name for parameter in cli.params for name in parameter.opts}
    assert {part for part in parts if part.startswith("--")} <= options


@pytest.mark.parametrize("words", BUTTONS)
def test_a_button_of_the_manual_is_one_of_the_program(words: str) -> None:
    assert words in MANUAL.read_text(encoding="utf-8")
    assert any(words in path.read_text(encoding="utf-8") for path in UI.rglob("*.py"))


def test_the_manual_opens_in_the_program(qtbot: QtBot) -> None:
    view = ManualView()
    qtbot.addWidget(view)
    text = view.text.toPlainText()
    assert "县里的电脑丢了" in text
    assert "**" not in text
