"""``roster``: import, export, show."""

import json
import sys
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.cli.roster_json import import_object, list_object, summary_lines
from app.domain import labels
from app.excel.errors import OtherKindError
from app.ops import roster, roster_lists, roster_reports

MAX_PAGES = 20  # matches that are shown with their people


@click.group("roster", help="户台账（花名册）")
def group() -> None:
    """Group of the roster verbs."""


@group.command("import", help="从表格导入户台账；加 --dry-run 只看不写")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--kind", default="auto", show_default=True, metavar="KIND",
              help="表的种类，一般不用写")  # fmt: skip
@click.option("--mapping", type=click.Path(path_type=Path), help="表头对照，JSON：{表头: 字段}")
@click.option("--dry-run", is_flag=True, help="只报告，不写入")
@click.option("--explain", is_flag=True, help="逐行列出读到的值和每一项改动")
@click.option("--decisions", type=click.Path(path_type=Path), metavar="F.json",
              help="逐项或按种类决定（JSON）")  # fmt: skip
@click.option("--again", is_flag=True, help="同一份文件导入过也再导入一次")
@click.option("--report", type=click.Path(path_type=Path), metavar="F.xlsx",
              help="把导入报告写成Excel表，有问题的格子标出来")  # fmt: skip
@click.pass_obj
def import_(cli: Cli, /, files: tuple[Path, ...], **options: Any) -> None:
    """Preview, then write in one transaction; a dry run needs no replica."""
    choice = roster.Choice(_kind(options["kind"]), _mapping(options["mapping"]))
    dry_run, decisions = options["dry_run"], _decisions(options["decisions"])
    store = cli.store if cli.has_replica() or not dry_run else None
    try:
        preview = roster.preview_import(store, files, cli.today, choice=choice)
    except OtherKindError as error:
        if error.kind not in roster_lists.LIST_KINDS:
            raise
        _import_lists(cli, files, options)
        return
    result = import_object(preview, with_rows=options["explain"])
    if options["report"] is not None:
        written = _write_report(cli, store, preview, options["report"])
        result["reports"] = [str(path) for path in written]
    if not dry_run:
        again = options["again"]
        done = roster.apply_import(cli.store, cli.actor, preview, decisions=decisions, again=again)
        result |= asdict(done.counts) | {"import_id": done.import_id}
    result["dry_run"] = dry_run
    cli.emit(result, list(summary_lines(result, is_dry_run=dry_run)))


def _import_lists(cli: Cli, files: tuple[Path, ...], options: dict[str, Any]) -> None:
    """Tie the rows of lists to people; without a dry run they become clues or doubts."""
    dry_run = options["dry_run"]
    store = cli.store if cli.has_replica() or not dry_run else None
    previews = [roster_lists.preview_list(store, path) for path in files]
    result = list_object(previews)
    lines = [f"{kind}：{n}" for kind, n in zip(result["kinds"], result["counts"], strict=True)]
    if not dry_run:
        people = _people(options["decisions"])
        done = [
            roster_lists.apply_list(cli.store, cli.actor, preview, cli.today, people)
            for preview in previews
        ]
        for name in ("stored", "known", "already"):
            result[name] = sum(getattr(one, name) for one in done)
        result["left"] = [dict(one.left) for one in done]
        lines.append(
            f"记下 {result['stored']}，以前记过 {result['known']}，"
            f"已在办或已是对象 {result['already']}"
        )
    result["dry_run"] = dry_run
    cli.emit(result, lines)


def _people(path: Path | None) -> dict[str, str]:
    """Return who is meant by rows that are not sure: {"people": {row: member id}}."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["people"]
        return {str(row): str(member) for row, member in found.items()}
    except (ValueError, KeyError, AttributeError, TypeError):
        raise UsageError(text='清单的 --decisions 应是 JSON：{"people": {行: 人}}。') from None


def _write_report(cli: Cli, store: Any, preview: roster.RosterPreview, path: Path) -> list[Path]:
    if store is None:  # a rehearsal before there is a replica: no list to note it in
        return roster.write_import_report(preview, path)
    sources: list[Any] = [item.file.path for item in preview.files]
    return roster_reports.write_report(store, cli.actor, preview, sources, path)


@group.command("answer", help="把上级清单按原样填上核实结果")
@click.argument("file", type=click.Path(path_type=Path), metavar="清单.xlsx")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F.xlsx")
@click.pass_obj
def answer(cli: Cli, file: Path, out: Path) -> None:
    """Write a list again, its result columns filled from what became of its rows."""
    preview = roster_lists.preview_list(cli.store, file)
    answered = roster_lists.answer_list(cli.store, cli.actor, preview, out)
    waiting = len(preview.rows) - answered
    cli.emit(
        {"rows": len(preview.rows), "answered": answered, "waiting": waiting, "file": str(out)},
        [f"已填 {answered} 行，还有 {waiting} 行没有结果：{out}"],
    )


@group.command("imports", help="导入记录；最近一次在最前")
@click.pass_obj
def imports(cli: Cli) -> None:
    """List what was imported here, and what the last import had to say."""
    lines = roster.list_imports(cli.store)
    cli.emit(
        {
            "imports": [
                asdict(line) | {"imported_on": line.imported_on.isoformat()} for line in lines
            ],
            "last_report": [asdict(line) for line in roster.last_report(cli.store)],
        },
        [
            f"{line.import_id} {line.imported_on} {line.actor} {line.rows}行"
            f"{'（已撤销）' if line.is_undone else ''}"
            for line in lines
        ]
        or ["还没有导入过"],
    )


@group.command("undo", help="整批撤销一次导入；之后改过的就不能撤销")
@click.argument("import_id", metavar="ID")
@click.pass_obj
def undo(cli: Cli, import_id: str) -> None:
    """Take back an import as a whole, or say what stands in the way."""
    done = roster.undo_import(cli.store, cli.actor, import_id)
    cli.emit(
        {
            "import_id": done.import_id,
            "rows_ended": done.rows_ended,
            "fields_restored": done.fields_restored,
        },
        [f"已撤销：新建的 {done.rows_ended} 条已作废，改动的 {done.fields_restored} 处已恢复"],
    )


def _decisions(path: Path | None) -> roster.Decisions:
    """Read decisions: a word, or an object of choice, reason, on."""
    if path is None:
        return roster.UNDECIDED
    wrong = UsageError(text="--decisions 的写法不对：每一项写 apply、skip 或 later。")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        found = {part: {key: _decision(value) for key, value in table.get(part, {}).items()}
                 for part in ("items", "kinds")}  # fmt: skip
    except (ValueError, AttributeError, TypeError, KeyError):
        raise wrong from None
    return roster.Decisions(found["items"], found["kinds"])


def _decision(value: Any) -> roster.Decision:
    given = {"choice": value} if isinstance(value, str) else dict(value)
    decision = roster.Decision(
        str(given["choice"]), str(given.get("reason", "")), str(given.get("on", ""))
    )
    if decision.choice not in ("apply", "skip", "later"):
        raise ValueError
    if decision.on:
        date.fromisoformat(decision.on)
    return decision


def _kind(text: str) -> str:
    kinds = roster.roster_kinds()
    if text == "auto":
        return ""
    if text not in kinds:
        raise UsageError(text=f"--kind 可写 auto 或 {'、'.join(kinds)}。")
    return text


def _mapping(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise UsageError(text='--mapping 应是 JSON：{"表头": "字段"}。') from None
    if not isinstance(table, dict):
        raise UsageError(text='--mapping 应是 JSON：{"表头": "字段"}。')
    return {str(heading): str(field or "") for heading, field in table.items()}


@group.command("export", help="把户台账、监测对象、预警、措施、走访写成Excel表")
@click.option("--kind", default="member", show_default=True,
              type=click.Choice(roster.export_kinds()))  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F.xlsx")
@click.option("--template", type=click.Path(path_type=Path), metavar="F.xlsx",
              help="模板：一行里写着字段名的Excel表")  # fmt: skip
@click.option("--household", "households", multiple=True, metavar="NO", help="只要这些户（户编号）")
@click.option("--public", "is_public", is_flag=True, help="公示用：证件号、电话中间打星号")
@click.option("--purpose", default="", metavar="用途",
              help="完整的证件号和电话做什么用；会记进打印记录")  # fmt: skip
@click.pass_obj
def export(cli: Cli, /, kind: str, out: Path, **options: Any) -> None:
    """Write a table; an existing file is replaced only when all is written."""
    if out.suffix.lower() != ".xlsx":
        raise UsageError(text="只能写成 .xlsx，请改 --out 的文件名。")
    choice = roster.ExportChoice(
        options["template"], _households(cli, options["households"]), options["is_public"]
    )
    if roster.has_whole_numbers(roster.columns_of(kind, choice)):
        choice = replace(choice, purpose=_purpose(options["purpose"]))
    written = roster.export_table(cli.store, cli.actor, kind, out, cli.today, choice)
    cli.emit(
        {"rows": written.rows, "sha256": written.sha256, "file": str(out)},
        [f"已写 {written.rows} 行：{out}"],
    )


def _purpose(given: str) -> str:
    """Return what whole numbers are for: as given, else asked; a script is noted as one."""
    if not given.strip() and sys.stdin.isatty():
        given = str(click.prompt("要写出完整的证件号和电话，用途", err=True))
    return given.strip() or "命令行导出，没有写用途"


def _households(cli: Cli, numbers: tuple[str, ...]) -> frozenset[str] | None:
    """Return the ids of households by number; None if there is no filter."""
    if not numbers:
        return None
    known = {line.household_no: line.household_id for line in roster.list_households(cli.store)}
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise UsageError(text=f"没有这样的户编号：{'、'.join(unknown)}。")
    return frozenset(known[number] for number in numbers)


@group.command("show", help="查户：户号、姓名、拼音首字母、证件号或电话后几位")
@click.option("--household", "text", default="", metavar="ID|NAME|INITIALS")
@click.pass_obj
def show(cli: Cli, text: str) -> None:
    """Find households; few matches are shown with their people."""
    store = cli.store
    lines = roster.search(store, text) if text else roster.list_households(store)
    has_people = bool(text) and len(lines) <= MAX_PAGES
    matches = []
    for line in lines:
        match = _line(line)
        if has_people:
            page = roster.household_page(store, line.household_id)
            match["members"] = [_member(member) for member in page.members]
        matches.append(match)
    cli.emit(
        {"matches": matches},
        [
            f"{m['household_no']} {m['head_name']} {m['hamlet_group']} {m['persons']}人"
            for m in matches
        ]
        or ["没有找到"],
    )


def _line(line: roster.HouseholdLine) -> dict[str, Any]:
    income = line.per_capita_income
    return {
        **asdict(line),
        "found": list(line.found),
        "household_kind_label": labels.label("household_kind", line.household_kind),
        "object_type_label": labels.label("object_type", line.object_type),
        "per_capita_income": None if income is None else format(income, "f"),
    }


def _member(member: roster.MemberLine) -> dict[str, Any]:
    wage = member.monthly_wage
    shown = {
        name: labels.label(enum, getattr(member, name))
        for name, enum in (
            ("sex", "sex"),
            ("labor_skill", "labor_skill"),
            ("employment", "employment"),
            ("medical_insurance", "medical_insurance"),
            ("member_status", "member_status"),
        )
    }
    return {
        **asdict(member),
        "health": list(member.health),
        "health_label": [labels.label("health", key) for key in member.health],
        "monthly_wage": None if wage is None else format(wage, "f"),
        **{f"{name}_label": text for name, text in shown.items()},
    }
