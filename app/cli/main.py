"""The command line as a whole: common options, verbs, and what errors become.

Verbs load when they are called, so that ``--help`` and short verbs start quickly.
"""

import importlib
import io
import json
import logging
import os
import sys
from itertools import islice

import click

from app.cli import chinese, console
from app.cli.common import Cli, UsageError, error_object, make
from app.errors import AppError
from app.ops import durable

log = logging.getLogger(__name__)

_VERBS = {  # verb → module and attribute
    "init": ("app.cli.replica", "init"),
    "operator": ("app.cli.replica", "operator_group"),
    "roster": ("app.cli.roster", "group"),
    "month": ("app.cli.month", "group"),
    "rules": ("app.cli.rules", "group"),
    "policy": ("app.cli.policy", "group"),
    "warning": ("app.cli.warning", "group"),
    "clue": ("app.cli.clue", "group"),
    "case": ("app.cli.case", "group"),
    "change": ("app.cli.change", "group"),
    "measure": ("app.cli.orders", "group"),
    "visit": ("app.cli.visit", "group"),
    "doubt": ("app.cli.findings", "doubt_group"),
    "negative": ("app.cli.findings", "negative_group"),
    "campaign": ("app.cli.campaign", "group"),
    "issue": ("app.cli.campaign", "issue_group"),
    "attachment": ("app.cli.attachment", "group"),
    "deadline": ("app.cli.deadline", "group"),
    "print": ("app.cli.papers", "group"),
    "device": ("app.cli.device", "group"),
    "package": ("app.cli.package", "group"),
    "conflict": ("app.cli.conflict", "group"),
    "history": ("app.cli.history", "command"),
    "doctor": ("app.cli.doctor", "command"),
    "report": ("app.cli.report", "group"),
    "team": ("app.cli.team", "group"),
    "backup": ("app.cli.backup", "group"),
    "recover": ("app.cli.backup", "recover"),
    "passphrase": ("app.cli.backup", "passphrase"),
}


class LazyGroup(click.Group):
    """A group whose verbs are imported at first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every verb in the order of the table."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one verb; None if there is none of that name."""
        if cmd_name not in _VERBS:
            return super().get_command(ctx, cmd_name)
        module, attribute = _VERBS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return chinese.framed(command)


@click.group(
    cls=LazyGroup,
    help="驻村：防止返贫致贫监测（不带动词时打开桌面）。",
    options_metavar=chinese.OPTIONS,
    subcommand_metavar=chinese.VERB,
    epilog="另有：demo 用编出来的人走完一个月；tour 把每个页面存成图片；bench 测速。",
)
@click.option("--data", metavar="DIR", help="数据文件夹")
@click.option("--json", "as_json", is_flag=True, help="结果写成一个 JSON 对象")
@click.option("--as", "operator", default="", metavar="NAME", help="由谁办理")
@click.option("--today", metavar="DATE", help="今天是哪一天，如 2025-10-31")
@click.option("--passphrase-file", metavar="F", help="口令文件")
@click.pass_context
def cli(
    ctx: click.Context,
    data: str | None,
    as_json: bool,
    operator: str,
    today: str | None,
    passphrase_file: str | None,
) -> None:
    """Common options of every verb."""
    ctx.obj = make(data, as_json, operator, today, passphrase_file)
    ctx.call_on_close(ctx.obj.close)


def run(arguments: list[str]) -> int:
    """Run one verb; return the exit code of the contract. Never a stack trace for the user."""
    arguments = _common_first(arguments)
    as_json = "--json" in arguments
    chinese.speak()
    console.prepare(as_json=as_json)
    try:
        with cli.make_context("zhucun", list(arguments)) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        if as_json:
            click.echo(_json(UsageError(text=error.format_message().rstrip(".。") + "。")))
        told = io.StringIO()
        error.show(told)
        click.echo(_without_names(told.getvalue(), arguments), err=True, nl=False)
        return 2
    except BrokenPipeError:
        return _unheard()
    except Exception as error:  # told apart and logged below
        return _show(_known(error), as_json)
    return 0


def _without_names(text: str, arguments: list[str]) -> str:
    """Return click's words without what was typed in Chinese: it may be somebody's name."""
    for word in sorted(arguments, key=len, reverse=True):
        if not word.isascii():
            text = text.replace(word, "…")
    return text


def _common_first(arguments: list[str]) -> list[str]:
    """Return the words with the common options in front: people write them anywhere."""
    flags = {name: p.is_flag for p in cli.params if isinstance(p, click.Option) for name in p.opts}
    common: list[str] = []
    others: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, _ = word.partition("=")
        if name not in flags:
            others.append(word)
            continue
        common.append(word)
        if not flags[name] and not equals:
            common += list(islice(words, 1))
    return [*common, *others]


def _unheard() -> int:
    """End in silence: who read the output (``head``) had enough, and the verb has done its work."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _known(error: Exception) -> AppError:
    """Return the error to show; a bug is logged with its trace, without values."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, click.Abort):
        return CancelledError()
    if isinstance(error, OSError):
        return SystemFaultError(reason=durable.reason(error))
    if any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):
        is_full = "disk is full" in str(error)  # asked only: the text goes nowhere
        return SystemFaultError(reason="磁盘已满" if is_full else "数据文件正忙或磁盘出错")
    log.error("unexpected error", exc_info=error)
    return AppError()


def _json(error: AppError) -> str:
    return json.dumps(error_object(error), ensure_ascii=False)


def _show(error: AppError, as_json: bool) -> int:
    if as_json:
        click.echo(_json(error))
    field = error.where.column if not error.where.file else ""  # as --set writes it
    told = f"编号 {error.code}" + (f"，字段 {field}" if field else "")
    click.echo(f"{error.sentence()}（{told}）", err=True)
    return error.exit_code


class CancelledError(AppError):
    """The user stopped it."""

    code, message, hint = "E003", "已取消，数据没有变。", ""


class SystemFaultError(AppError):
    """Disk full, read-only, stick pulled out: not the program's fault."""

    code, message = "E113", "系统不能读写文件（{reason}）。数据没有变。"
    hint = "请查磁盘空间、U盘和权限后再试。"


__all__ = ["Cli", "cli", "run"]
