"""``print``: the plan sheets and the monthly visit papers as PDF."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.cli.month import PERIOD
from app.domain.dossier import PAPERS, USUAL
from app.domain.period import Period
from app.domain.plan import Edition
from app.ops import (
    checklist_file,
    monitoring_papers,
    months,
    operators,
    paper_fonts,
    plans,
    print_log,
    times,
    visit_papers,
)
from app.ops import dossier as dossiers
from app.ops.printing import Printed, Printing

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("print", help="打印成 PDF")
def group() -> None:
    """Group of the printing verbs."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which households (``ids`` None: all of them), and the file that was named."""

    ids: list[str] | None
    out: Path | None


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every paper takes: which households, and the file."""

    def asked(cli: Cli, household: str, everyone: bool, out: Path | None, **more: Any) -> None:
        command(cli, _Asked(_chosen(cli, household, everyone), out), **more)

    done: Any = click.pass_obj(update_wrapper(asked, command))
    for option in (
        click.option("--out", type=_FILE, metavar="F.pdf", help="存到这个文件"),
        click.option("--all", "everyone", is_flag=True, help="全村，一个文件"),
        click.option("--household", default="", metavar="ID", help="户编号、姓名或拼音首字母"),
    ):
        done = option(done)
    return done  # type: ignore[no-any-return]


@group.command("plan", help="一户一策帮扶计划表")
@_options
@click.option("--wall", is_flag=True, help="上墙版（缺省为存档版）")
@click.option("--changed", is_flag=True, help="上墙版只印内容变了的户")
@click.option("--words", is_flag=True, help="上墙版也印需求（自己写的文字，看过再印）")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="按那一天的内容补打")
def plan(
    cli: Cli, asked: _Asked, wall: bool, changed: bool, words: bool, as_of: datetime | None
) -> None:
    """Print plan sheets."""
    job = plans.PlanJob(
        None if asked.ids is None else tuple(asked.ids),
        Edition.WALL if wall else Edition.ARCHIVE,
        only_changed=changed,
        has_cover=asked.ids is None,
        as_of=as_of and as_of.date(),
        shows_words=words,
    )
    printing = printing_to(cli, asked.out or Path("一户一策.pdf"))
    emit(cli, plans.print_plans(cli.store, job, printing), printing.path)


@group.command("visit", help="月度走访登记表")
@_options
@click.option("--period", type=PERIOD, help="月份，缺省为本月")
def visit(cli: Cli, asked: _Asked, period: Period | None) -> None:
    """Print the month's visit papers."""
    month = period or months.running_period(cli.store, cli.today)
    printing = printing_to(cli, asked.out or Path(f"{month}走访登记表.pdf"))
    emit(cli, visit_papers.print_visits(cli.store, asked.ids, month, printing), printing.path)


@group.command("checklist", help="月度走访登记表：PDF，或存成可填可读回的 Excel")
@_options
@click.option("--xlsx", type=_FILE, metavar="F.xlsx", help="存成 Excel，填好后用 month fill 读回")
@click.option("--period", type=PERIOD, help="月份，缺省为本月")
def checklist(cli: Cli, asked: _Asked, xlsx: Path | None, period: Period | None) -> None:
    """Print the month's checklists as PDF, as a workbook, or both."""
    month = period or months.running_period(cli.store, cli.today)
    if xlsx is not None:
        target = printing_to(cli, xlsx)
        written = checklist_file.write_checklists(cli.store, asked.ids, month, target)
        if asked.out is None:
            emit(cli, written, xlsx)
            return
    printing = printing_to(cli, asked.out or Path(f"{month}走访登记表.pdf"))
    emit(cli, visit_papers.print_visits(cli.store, asked.ids, month, printing), printing.path)


@group.command("ledger", help="预警和措施台账（A4横放）")
@_options
def ledger(cli: Cli, asked: _Asked) -> None:
    """Print the ledger of warnings and measures."""
    printing = printing_to(cli, asked.out or Path("预警和措施台账.pdf"))
    emit(cli, monitoring_papers.print_ledger(cli.store, asked.ids, printing), printing.path)


@group.command("notice", help="公示：正在公示的拟纳入、拟消除监测对象")
@_options
def notice(cli: Cli, asked: _Asked) -> None:
    """Print the notices of the cases that are in publicity."""
    printing = printing_to(cli, asked.out or Path("公示.pdf"))
    emit(cli, monitoring_papers.print_notices(cli.store, asked.ids, printing), printing.path)


@group.command("dossier", help="一户一档：封面、目录和所选材料")
@click.option("--household", required=True, metavar="ID", help="户编号、姓名或拼音首字母")
@click.option("--out", type=_FILE, metavar="F.pdf", help="存到这个文件")
@click.option(
    "--paper",
    "papers",
    multiple=True,
    type=click.Choice(list(PAPERS)),
    help="只要这些材料（可多次），缺省为照片以外的全部",
)
@click.pass_obj
def dossier(cli: Cli, household: str, out: Path | None, papers: tuple[str, ...]) -> None:
    """Print one household's file."""
    household_id = plans.find_household(cli.store, household)
    printing = printing_to(cli, out or Path("一户一档.pdf"))
    chosen = papers or USUAL
    emit(cli, dossiers.print_dossier(cli.store, household_id, printing, chosen), printing.path)


@group.command("log", help="打印记录：谁在什么时候印了、存了、看了什么")
@click.option("--files", is_flag=True, help="只列存出去、含个人信息的文件，还在不在")
@click.pass_obj
def log(cli: Cli, files: bool) -> None:
    """List prints, exports and unmaskings, the newest first."""
    lines = print_log.open_files(cli.store) if files else print_log.recent(cli.store)
    cli.emit(
        {"lines": [_log_object(line) for line in lines]},
        [_log_text(line) for line in lines] or ["没有。"],
    )


def _log_object(line: print_log.LogLine) -> dict[str, Any]:
    return asdict(line) | {
        "action_label": print_log.ACTIONS[line.action],
        "role_label": operators.ROLES.get(line.role, ""),
    }


def _log_text(line: print_log.LogLine) -> str:
    there = "" if not line.path else f"　{line.path}（{'还在' if line.is_there else '已删'}）"
    who = line.actor or line.role
    action = print_log.ACTIONS[line.action]
    return f"{times.shown(line.at)}　{who}　{action}　{line.paper}　{line.households}户{there}"


def _chosen(cli: Cli, household: str, everyone: bool) -> list[str] | None:
    """Return the household meant, None for all.

    Raises:
        UsageError: neither of the two, or both.
        UnknownHouseholdError: not exactly one household is meant.
    """
    if bool(household) == everyone:
        raise UsageError(text="请用 --household 指定一户，或用 --all 打印全村。")
    return None if everyone else [plans.find_household(cli.store, household)]


def printing_to(cli: Cli, path: Path) -> Printing:
    """Return how the command line prints to a file: with the county's own fonts.

    One that cannot be used is told, and not used.
    """
    for problem in paper_fonts.apply(cli.store).values():
        cli.note(problem)

    def tell(done: int, total: int) -> None:
        if done and done % 100 == 0:
            cli.note(f"已排好 {done}/{total} 户")

    return Printing(cli.actor, path, cli.today, tell)


def emit(cli: Cli, printed: Printed, path: Path) -> None:
    """Tell what was made."""
    for warning in printed.warnings:
        cli.note(warning)
    cli.emit(
        {
            "pages": printed.pages,
            "households": printed.households,
            "seconds": round(printed.seconds, 3),
            "file": str(path),
            "warnings": list(printed.warnings),
        },
        [f"已打印{printed.households}户{printed.pages}页：{path}"],
    )
