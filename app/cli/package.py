"""``package``: export, inspect, import."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from app.cli import conflict
from app.cli.common import Cli, error_object
from app.domain import labels
from app.errors import AppError
from app.ops import exchange
from app.ops.exchange_lines import (
    ConflictLine,
    Exported,
    GapLine,
    Imported,
    Inspected,
    RefusedLine,
)
from app.sync.errors import UnusualAmountError
from app.sync.parcels import Wish

SUFFIX = ".变更包"


@click.group("package", help="变更包：导出、查看、导入")
def group() -> None:
    """Group of the package verbs."""


_TO = click.option(
    "--to", required=True, metavar="DEVICE|parent", help="设备号、名称、区划代码或 parent"
)
_OUT = click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F")


@group.command("export", help="导出对方还没有收到的全部内容；写到文件夹时，要几个文件写几个")
@_TO
@_OUT
@click.option("--base", is_flag=True, help="先给底册（新电脑），以前的记录跟在后面")
@click.pass_obj
def export(cli: Cli, to: str, out: Path, base: bool) -> None:
    """Write a package, or into a folder as many as are needed."""
    target = exchange.Target(to, out, Wish.BASE if base else Wish.NEWS)
    done = exchange.export_series(
        cli.store, cli.actor, target, cli.store.clock(), lambda at, all_: _count(cli, at, all_)
    )
    _emit_exported(cli, done)


@group.command("request", help="只写回执：请对方补发这里缺的")
@click.option("--to", default=exchange.PARENT, metavar="DEVICE|parent", help="默认上级")
@_OUT
@click.pass_obj
def request(cli: Cli, to: str, out: Path) -> None:
    """Ask for what is missing."""
    _emit_exported(cli, exchange.request_package(cli.store, cli.actor, to, out, cli.store.clock()))


def _count(cli: Cli, done: int, total: int) -> None:
    if total > 1:
        cli.note(f"第{done + 1}个文件，共{total}个。")


def _emit_exported(cli: Cli, done: Exported) -> None:
    files = (done, *done.further)
    result = asdict(replace(done, further=())) | {"path": str(done.path)}
    result["files"] = [str(file.path) for file in files]
    del result["further"]
    cli.emit(
        result,
        [line for file in files for line in _exported_lines(file)] + ["对方导入后，请带回回执。"],
    )


def _exported_lines(done: Exported) -> list[str]:
    counts = f"{done.transactions}项变动，{done.households}户，{done.warnings}条预警"
    counts += f"，{done.contents}件照片和扫描件" if done.contents else ""
    counts += "，附底册" if done.bases else ""
    lines = [
        f"已写好第{done.number}号包：{counts}，{done.bytes}字节。",
        f"文件：{done.path}",
    ]
    if done.left:
        lines.append(f"还有{done.left}项装不下。请导出到文件夹一次写全，或等回执来了再导出。")
    return lines


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
    return lines + (_rehearsal_lines(found.changes) if found.changes else [])


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
@click.option("--confirm", is_flag=True, help="改动特别多而被拒时：已和对方核实，照样导入")
@click.pass_context
def import_(ctx: click.Context, files: tuple[Path, ...], dry_run: bool, confirm: bool) -> None:
    """Check packages and take them in, each by itself."""
    cli: Cli = ctx.obj
    paths = _paths(files)
    told = _rehearsal_lines if dry_run else _lines
    if len(paths) == 1 and not files[0].is_dir():
        found = _import(cli, paths[0], dry_run=dry_run, confirm=confirm)
        cli.emit(_imported(found), [*_rehearsed(dry_run), *told(found)])
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
            lines += [f"{path.name}：", *told(found)]
    # What went in has changed the replica: then 1 and 3 would not be true.
    is_refused = bool(errors) and len(errors) == len(results)
    refusal = error_object(errors[0]) if is_refused else {}
    lines = [*_rehearsed(dry_run), *lines] if lines else ["没有变更包。"]
    cli.emit({**refusal, "results": results}, lines)
    if is_refused:
        ctx.exit(max(error.exit_code for error in errors))


def _rehearsed(is_dry_run: bool) -> list[str]:
    return ["预览，没有导入"] if is_dry_run else []


def _paths(files: tuple[Path, ...]) -> list[Path]:
    """Return the files, and those in folders, by name."""
    found: list[Path] = []
    for file in files:
        found += sorted(file.glob(f"*{SUFFIX}")) if file.is_dir() else [file]
    return found


def _import(cli: Cli, path: Path, *, dry_run: bool, confirm: bool) -> Imported:
    if dry_run:
        return exchange.preview_package(cli.store, path)
    try:
        return exchange.import_package(
            cli.store, cli.actor, path, cli.store.clock(), confirmed=confirm
        )
    except UnusualAmountError as error:
        error.hint = "请先和对方核实，再加 --confirm 导入。"
        raise


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
        "requested": [_gap(gap) for gap in found.requested],
        "contents": found.contents,
        "quarantined": [asdict(line) for line in found.quarantined],
        "lacking": found.lacking,
        "bases": list(found.bases),
        "past": found.past,
        "past_left": found.past_left,
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
        f"对方请您补发：{gap.name}第{gap.first}–{gap.last}号。请再给对方导出一次。"
        for gap in found.requested
    ]
    lines += _past_lines(found)
    lines += [
        f"没有效力：第{line.number}号（{line.actor}）{line.reason}。"
        for line in (*found.void, *found.forked)
    ]
    lines += [
        f"{line.household_no}号户有一项两边都改过，暂用{_level(line)}的。请选一个；不选不影响别的。"
        for line in found.conflicts
    ]
    return lines


def _rehearsal_lines(found: Imported) -> list[str]:
    """Return what would happen, and whether somebody must be asked first."""
    is_unusual = found.unusual.needs_confirmation()
    return [*_lines(found), *(["改动特别多，请先和对方核实。"] if is_unusual else [])]


def _past_lines(found: Imported) -> list[str]:
    """Return what came of bases, the past and contents, and what is still to come."""
    reasons = {"unnamed": "没有记录提到它，先放着", "type": "不是登记的类型", "size": "大小不对"}
    lines = ["已收下底册，可以开始工作。"] if found.bases else []
    if found.past or (found.bases and found.past_left):
        lines.append(f"以前的记录补进{found.past}条，待补{found.past_left}条。")
    if found.contents or found.lacking:
        lines.append(f"照片和扫描件收到{found.contents}件，还缺{found.lacking}件。")
    lines += [
        f"附件 {line.sha256[:8]} 没有收：{reasons[line.reason]}。" for line in found.quarantined
    ]
    return lines


def _level(line: ConflictLine) -> str:
    level = line.sides[0].level
    return labels.label("area_level", level) if level else "一方"
