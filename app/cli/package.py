"""``package``: export, inspect, import."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.cli import conflict
from app.cli.common import Cli, error_object
from app.domain import labels
from app.errors import AppError
from app.ops import exchange
from app.ops.exchange_lines import ConflictLine, GapLine, Imported, Inspected, RefusedLine

SUFFIX = ".变更包"


@click.group("package", help="变更包：导出、查看、导入")
def group() -> None:
    """Group of the package verbs."""


@group.command("export", help="导出对方还没有收到的全部内容")
@click.option(
    "--to", required=True, metavar="DEVICE|parent", help="设备号、名称、区划代码或 parent"
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F")
@click.pass_obj
def export(cli: Cli, to: str, out: Path) -> None:
    """Write a package."""
    done = exchange.export_package(cli.store, cli.actor, to, out, cli.store.clock())
    result = asdict(done) | {"path": str(done.path)}
    counts = f"{done.transactions}项变动，{done.households}户，{done.warnings}条预警"
    cli.emit(
        result,
        [
            f"已写好第{done.number}号包：{counts}，{done.bytes}字节。",
            f"文件：{done.path}",
            "对方导入后，请带回回执。",
        ],
    )


@group.command("inspect", help="查看一个变更包，不导入")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def inspect(ctx: click.Context, file: Path) -> None:
    """Show a package; exit 3 if it fails a check."""
    cli: Cli = ctx.obj
    store = cli.store if cli.has_replica() else None
    try:
        found = exchange.inspect_package(store, file)
    except AppError as error:
        cli.emit(_failed(file, error), [error.sentence()])
        ctx.exit(error.exit_code)
    cli.emit(_inspected(found), _inspected_lines(found))
    if found.error is not None:
        ctx.exit(found.error.exit_code)


def _inspected(found: Inspected) -> dict[str, Any]:
    result = {
        "sender": found.sender,
        "sender_name": found.sender_name,
        "receiver": found.receiver,
        "receiver_name": found.receiver_name,
        "number": found.number,
        "bytes": found.bytes,
        "valid": found.valid,
        "reason": found.error.sentence() if found.error else None,
        "code": found.error.code if found.error else None,
        "segments": [
            {"origin": s.origin, "epoch": s.epoch, "scope": s.scope, "from": s.first, "to": s.last}
            for s in found.segments
        ],
        "counts": {},
    }
    if found.changes is not None:
        changes = _imported(found.changes)
        result["counts"] = changes["counts"]
        result["changes"] = changes
    return result


def _inspected_lines(found: Inspected) -> list[str]:
    if found.error is not None:
        return [found.error.sentence()]
    said = "签名和内容都对。" if found.valid else "外层完好；本机没有对方的密钥，不能核对签名。"
    lines = [f"{found.sender_name} 给 {found.receiver_name} 的第{found.number}号包。{said}"]
    return lines + (_lines(found.changes) if found.changes else [])


def _failed(file: Path, error: AppError) -> dict[str, Any]:
    size = file.stat().st_size if file.is_file() else 0
    nothing: dict[str, Any] = {"sender": None, "receiver": None, "segments": [], "counts": {}}
    return nothing | {
        "bytes": size,
        "valid": False,
        "reason": error.sentence(),
        "code": error.code,
    }


@group.command("import", help="导入一个或几个变更包，或整个文件夹")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看会怎样，不导入")
@click.option("--confirm", is_flag=True, help="改动特别多时，已和对方核实")
@click.pass_context
def import_(ctx: click.Context, files: tuple[Path, ...], dry_run: bool, confirm: bool) -> None:
    """Check packages and take them in, each by itself."""
    cli: Cli = ctx.obj
    paths = _paths(files)
    if len(paths) == 1 and not files[0].is_dir():
        found = _import(cli, paths[0], dry_run=dry_run, confirm=confirm)
        cli.emit(_imported(found), _lines(found))
        return
    results: list[dict[str, Any]] = []
    lines: list[str] = []
    errors: list[AppError] = []
    for path in paths:
        try:
            found = _import(cli, path, dry_run=dry_run, confirm=confirm)
        except AppError as error:
            errors.append(error)
            results.append({"file": path.name, **error_object(error)})
            lines.append(f"{path.name}：{error.sentence()}")
        else:
            results.append({"file": path.name, **_imported(found)})
            lines += [f"{path.name}：", *_lines(found)]
    if errors and len(errors) == len(results):
        cli.emit({**error_object(errors[0]), "results": results}, lines)
        ctx.exit(max(error.exit_code for error in errors))
    cli.emit({"results": results}, lines or ["没有变更包。"])


def _paths(files: tuple[Path, ...]) -> list[Path]:
    """Return the files, and those in folders, by name."""
    found: list[Path] = []
    for file in files:
        found += sorted(file.glob(f"*{SUFFIX}")) if file.is_dir() else [file]
    return found


def _import(cli: Cli, path: Path, *, dry_run: bool, confirm: bool) -> Imported:
    if dry_run:
        return exchange.preview_package(cli.store, path)
    return exchange.import_package(cli.store, cli.actor, path, cli.store.clock(), confirmed=confirm)


def _imported(found: Imported) -> dict[str, Any]:
    return {
        "sender": found.sender,
        "sender_name": found.sender_name,
        "number": found.number,
        "applied": found.applied,
        "already_known": found.already_known,
        "imported_before": asdict(found.earlier) if found.earlier else None,
        "waiting": found.waiting,
        "gaps": [_gap(gap) for gap in found.gaps],
        "void": [_refused(line) for line in found.void],
        "forked": [_refused(line) for line in found.forked],
        "conflicts": [conflict.as_json(line) for line in found.conflicts],
        "warnings_changed": found.warnings_changed,
        "needs_confirmation": found.unusual.needs_confirmation(),
        "counts": {
            "transactions": found.applied,
            "households_new": found.households_new,
            "households_changed": found.households_changed,
            "removed": found.unusual.removed,
            "warnings": found.warnings_changed,
        },
    }


def _gap(gap: GapLine) -> dict[str, Any]:
    return {
        "origin": gap.origin,
        "epoch": gap.epoch,
        "scope": gap.scope,
        "from": gap.first,
        "to": gap.last,
        "device_name": gap.name,
    }


def _refused(line: RefusedLine) -> dict[str, Any]:
    return asdict(line)


def _lines(found: Imported) -> list[str]:
    """Return what happened in sentences."""
    lines = []
    if found.earlier is not None:
        day = found.earlier.at[:10]
        lines.append(f"已导入过（{day}，{found.earlier.actor}）。数据没有变。")
    elif found.applied or not found.waiting:
        lines.append(
            f"{found.sender_name}第{found.number}号包：并入{found.applied}项变动，"
            f"新户{found.households_new}，改{found.households_changed}户，"
            f"预警{found.warnings_changed}条；已有{found.already_known}项。"
        )
    lines += [
        f"缺{gap.name}第{gap.first}–{gap.last}号，后面的先放着，没有并入。请先导入缺的包。"
        for gap in found.gaps
    ]
    lines += [
        f"没有效力：第{line.number}号（{line.actor}）{line.reason}。"
        for line in (*found.void, *found.forked)
    ]
    lines += [
        f"{line.household_no}号户有一项两边都改过，暂用{_level(line)}的。请选一个；不选不影响别的。"
        for line in found.conflicts
    ]
    if found.unusual.needs_confirmation():
        lines.append("改动特别多，请先和对方核实。")
    return lines


def _level(line: ConflictLine) -> str:
    level = line.sides[0].level
    return labels.label("area_level", level) if level else "一方"
