"""``print``: the plan sheets and the monthly visit papers as PDF."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.cli.month import PERIOD
from app.domain.dossier import PAPERS
from app.domain.period import Period
from app.domain.plan import Edition
from app.ops import checklist_file, monitoring_papers, months, paper_fonts, plans, visit_papers
from app.ops import dossier as dossiers

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("print", help="打印成 PDF")
def group() -> None:
    """Group of the printing verbs."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every paper takes: which households, and the file."""
    out = click.option("--out", type=_FILE, metavar="F.pdf", help="存到这个文件")
    everyone = click.option("--all", "everyone", is_flag=True, help="全村，一个文件")
    household = click.option(
        "--household", default="", metavar="ID", help="户编号、姓名或拼音首字母"
    )
    return household(everyone(out(command)))


@group.command("plan", help="一户一策帮扶计划表")
@_options
@click.option("--wall", is_flag=True, help="上墙版（缺省为存档版）")
@click.option("--changed", is_flag=True, help="上墙版只印内容变了的户")
@click.pass_obj
def plan(
    cli: Cli, household: str, everyone: bool, out: Path | None, wall: bool, changed: bool
) -> None:
    """Print plan sheets."""
    ids = _chosen(cli, household, everyone)
    job = plans.PlanJob(
        None if ids is None else tuple(ids),
        Edition.WALL if wall else Edition.ARCHIVE,
        only_changed=changed,
        has_cover=everyone,
        role=cli.actor.role,
    )
    path = out or Path("一户一策.pdf")
    _emit(cli, plans.print_job(cli.store, job, path, cli.today, _progress(cli)), path)


@group.command("visit", help="月度走访登记表")
@_options
@click.option("--period", type=PERIOD, help="月份，缺省为本月")
@click.pass_obj
def visit(
    cli: Cli, household: str, everyone: bool, out: Path | None, period: Period | None
) -> None:
    """Print the month's visit papers."""
    ids = _chosen(cli, household, everyone)
    month = period or months.running_period(cli.store, cli.today)
    path = out or Path(f"{month}走访登记表.pdf")
    printed = visit_papers.print_visits(cli.store, ids, month, path, cli.today, _progress(cli))
    _emit(cli, printed, path)


@group.command("checklist", help="月度走访登记表：PDF，或存成可填可读回的 Excel")
@_options
@click.option("--xlsx", type=_FILE, metavar="F.xlsx", help="存成 Excel，填好后用 month fill 读回")
@click.option("--period", type=PERIOD, help="月份，缺省为本月")
@click.pass_obj
def checklist(
    cli: Cli,
    household: str,
    everyone: bool,
    out: Path | None,
    xlsx: Path | None,
    period: Period | None,
) -> None:
    """Print the month's checklists as PDF, as a workbook, or both."""
    ids = _chosen(cli, household, everyone)
    month = period or months.running_period(cli.store, cli.today)
    if xlsx is not None:
        written = checklist_file.write_checklists(cli.store, ids, month, xlsx, cli.today)
        if out is None:
            _emit(cli, written, xlsx)
            return
    path = out or Path(f"{month}走访登记表.pdf")
    _emit(
        cli,
        visit_papers.print_visits(cli.store, ids, month, path, cli.today, _progress(cli)),
        path,
    )


@group.command("ledger", help="预警和措施台账（A4横放）")
@_options
@click.pass_obj
def ledger(cli: Cli, household: str, everyone: bool, out: Path | None) -> None:
    """Print the ledger of warnings and measures."""
    ids = _chosen(cli, household, everyone)
    path = out or Path("预警和措施台账.pdf")
    _emit(cli, monitoring_papers.print_ledger(cli.store, ids, path, cli.today), path)


@group.command("notice", help="公示：正在公示的拟纳入、拟消除监测对象")
@_options
@click.pass_obj
def notice(cli: Cli, household: str, everyone: bool, out: Path | None) -> None:
    """Print the notices of the cases that are in publicity."""
    ids = _chosen(cli, household, everyone)
    path = out or Path("公示.pdf")
    _emit(cli, monitoring_papers.print_notices(cli.store, ids, path, cli.today), path)


@group.command("dossier", help="一户一档：封面、目录和所选材料")
@click.option("--household", required=True, metavar="ID", help="户编号、姓名或拼音首字母")
@click.option("--out", type=_FILE, metavar="F.pdf", help="存到这个文件")
@click.option(
    "--paper",
    "papers",
    multiple=True,
    type=click.Choice(list(PAPERS)),
    help="只要这些材料（可多次），缺省为全部",
)
@click.pass_obj
def dossier(cli: Cli, household: str, out: Path | None, papers: tuple[str, ...]) -> None:
    """Print one household's file."""
    _use_own_fonts(cli)
    household_id = plans.find_household(cli.store, household)
    path = out or Path("一户一档.pdf")
    chosen = papers or tuple(PAPERS)
    _emit(cli, dossiers.print_dossier(cli.store, household_id, path, cli.today, chosen), path)


def _chosen(cli: Cli, household: str, everyone: bool) -> list[str] | None:
    """Return the household meant, None for all.

    Raises:
        UsageError: neither of the two, or both.
        UnknownHouseholdError: not exactly one household is meant.
    """
    if bool(household) == everyone:
        raise UsageError(text="请用 --household 指定一户，或用 --all 打印全村。")
    _use_own_fonts(cli)
    return None if everyone else [plans.find_household(cli.store, household)]


def _use_own_fonts(cli: Cli) -> None:
    """Print with the county's own fonts; one that cannot be used is told, and not used."""
    for problem in paper_fonts.apply(cli.store).values():
        cli.note(problem)


def _progress(cli: Cli) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done % 100 == 0:
            cli.note(f"已排好 {done}/{total} 户")

    return tell


def _emit(cli: Cli, printed: plans.Printed, path: Path) -> None:
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
