"""``policy``: the parameter packs: what holds when, what a new one changes, import, trial."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.cli.month import PERIOD
from app.domain import labels
from app.domain.period import Period
from app.domain.policy import Parameter
from app.domain.policy_file import ParameterChange
from app.ops import policy_packs, trial
from app.ops.policy_packs import PackDiff, PackLine

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("policy", help="政策参数包")
def group() -> None:
    """Group of the policy verbs."""


@group.command("show", help="有哪些参数包，本月用哪一个")
@click.option("--period", type=PERIOD, help="看哪个月，缺省为本月")
@click.option("--out", type=_FILE, metavar="F.toml", help="把这个月的参数存成文件，改后可再导入")
@click.pass_obj
def show(cli: Cli, period: Period | None, out: Path | None) -> None:
    """List the packs; save the one in force."""
    month = period or Period.of(cli.today)
    if out is not None:
        out.write_text(policy_packs.pack_text(cli.store, month), encoding="utf-8")
    packs = policy_packs.list_packs(cli.store, month)
    cli.emit(
        {"period": str(month), "packs": [_pack(pack) for pack in packs]},
        [_sentence(pack) for pack in packs],
    )


def _pack(pack: PackLine) -> dict[str, Any]:
    return {
        "valid_from": pack.valid_from,
        "valid_to": pack.valid_to or None,
        "area": pack.area_code or None,
        "revision": pack.revision,
        "version": pack.version,
        "in_force": pack.in_force,
        "parameters": [_parameter(parameter) for parameter in pack.parameters],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "label": parameter.label,
        "value": plain(parameter.value, parameter.unit),
        "unit": parameter.unit,
        "source": parameter.source,
        "used_by": parameter.used_by,
        "note": parameter.note,
    }


def _sentence(pack: PackLine) -> str:
    whose = pack.area_code or "随程序"
    until = f"到{pack.valid_to}" if pack.valid_to else "起"
    return f"{pack.valid_from}{until} {whose}{'（正在用）' if pack.in_force else ''}"


def plain(value: Any, unit: str = "") -> Any:
    """Return a value for JSON: yuan and exact fractions as text, the rest as it is."""
    if unit == "元":
        return str(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


@group.command("diff", help="这个参数包会改什么，不写入")
@click.argument("file", type=_FILE)
@click.pass_obj
def diff(cli: Cli, file: Path) -> None:
    """Tell what a file would change."""
    _emit(cli, policy_packs.diff(cli.store, file))


@group.command("import", help="导入参数包，从它的月份起用（镇、县）")
@click.argument("file", type=_FILE)
@click.pass_obj
def import_pack(cli: Cli, file: Path) -> None:
    """Take a pack in."""
    _emit(cli, policy_packs.take_in(cli.store, cli.actor, file))


def _emit(cli: Cli, found: PackDiff) -> None:
    cli.emit(
        {
            "valid_from": found.valid_from,
            "already_known": found.is_known,
            "changes": [_change(change) for change in found.changes],
        },
        [_words(change) for change in found.changes] or ["没有不同。"],
    )


def _change(change: ParameterChange) -> dict[str, Any]:
    old, new = (plain(value, change.unit) for value in (change.old, change.new))
    return asdict(change) | {"old": old, "new": new}


def _words(change: ParameterChange) -> str:
    return f"{change.valid_from}起 {change.label}（{change.name}）：{change.old} → {change.new}"


@group.command("try", help="参数试算：换个数重判这个月，看哪些户进来、哪些户出去；不保存")
@click.argument("period", type=PERIOD)
@click.option("--set", "given", multiple=True, metavar="name=value", help="参数名=值，可写多次")
@click.pass_obj
def try_parameters(cli: Cli, period: Period, given: tuple[str, ...]) -> None:
    """Evaluate a month with changed parameters."""
    found = trial.try_parameters(cli.store, period, _pairs(given), cli.today)
    cli.emit(
        {
            "period": str(period),
            "changes": [_change(change) for change in found.changes],
            "households": found.households,
            "came_in": [_hit(hit) for hit in found.came_in],
            "dropped_out": [_hit(hit) for hit in found.dropped_out],
            "due_in": list(found.due_in),
            "due_out": list(found.due_out),
            "counts": {
                code: {"before": before, "after": after}
                for code, (before, after) in found.counts.items()
            },
        },
        [
            *(f"进来 {hit.household_no}号户 {hit.code} {hit.message}" for hit in found.came_in),
            *(f"出去 {hit.household_no}号户 {hit.code} {hit.message}" for hit in found.dropped_out),
            f"进来{len(found.came_in)}条，出去{len(found.dropped_out)}条；没有保存。",
        ],
    )


def _hit(hit: trial.Hit) -> dict[str, Any]:
    return asdict(hit) | {
        "household": hit.household_no,
        "severity_label": labels.label("severity", hit.severity),
    }


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if not pairs or not all(name and mark for name, mark, _ in pairs):
        raise UsageError(text="请用 --set 参数名=值，例如 --set line=9000。")
    return {name.strip(): value.strip() for name, _, value in pairs}
