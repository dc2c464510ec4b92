"""``device``: request, approve, accept, list."""

import sys
from pathlib import Path
from typing import Any

import click

from app.cli import cut
from app.cli.common import Cli, UsageError, read_secret, write_secret
from app.domain import labels
from app.ops import devices, roots
from app.ops.devices import DeviceLine, Enrolment

_STATES = {
    "requested": "已写申请",
    "approved": "已登记",
    "accepted": "已接受",
    "revoked": "已停用",
    "succeeded": "已接替",
}
_KNOWN = {"active": "在用", "not_enrolled": "没有登记", "revoked": "已停用"}  # of devices listed
_RELATIONS = {
    "self": "本机",
    "superior": "上级",
    "root": "县级",
    "subordinate": "下级",
    "other": "其他",
}


@click.group("device", help="登记设备")
def group() -> None:
    """Group of the device verbs."""


group.add_command(cut.list_cuts)
group.add_command(cut.move_cut)


def _emit(cli: Cli, found: Enrolment, out: Path | None = None) -> None:
    result: dict[str, Any] = {
        "device_id": found.device_id,
        "name": found.name,
        "fingerprint": found.fingerprint,
        "state": found.state,
        "state_label": _STATES[found.state],
        "fingerprint_checked": found.is_checked,
    }
    lines = [f"{found.name}：{_STATES[found.state]}。", f"指纹：{found.fingerprint}"]
    if out is not None:
        result["out"] = str(out)
        lines.append(f"文件：{out}")
    if found.state != "requested" and not found.is_checked:
        cli.note("没有核对指纹。请打电话一组一组核对，不一致就不要使用这份文件。")
    cli.emit(result, lines)


@group.command("request", help="写登记申请，交给上级")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F")
@click.pass_obj
def request(cli: Cli, out: Path) -> None:
    """Write the request for enrolment."""
    _emit(cli, devices.request_device(cli.store, out), out)


@group.command("approve", help="登记下级的设备，写授权书")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="G", help="对方在电话里读出的指纹")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F")
@click.pass_obj
def approve(cli: Cli, file: Path, fingerprint: str | None, out: Path) -> None:
    """Certify a lower device and write its authorization."""
    _emit(cli, devices.approve_device(cli.store, cli.actor, file, fingerprint, out), out)


@group.command("accept", help="接受上级的授权书")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="G", help="上级读出的授权书指纹，或通知上的上级指纹")
@click.pass_obj
def accept(cli: Cli, file: Path, fingerprint: str | None) -> None:
    """Pin the superior and the root."""
    _emit(cli, devices.accept_device(cli.store, cli.actor, file, fingerprint))


@group.command("revoke", help="停用下级的设备；已收到的保留，以后的无效")
@click.argument("device_id", metavar="ID")
@click.option("--reason", required=True, metavar="T", help="为什么，如电脑丢失")
@click.pass_obj
def revoke(cli: Cli, device_id: str, reason: str) -> None:
    """End a lower device."""
    found = devices.revoke_device(cli.store, cli.actor, device_id, reason)
    cli.emit(
        {
            "device_id": found.device_id,
            "name": found.name,
            "fingerprint": None,
            "state": found.state,
            "state_label": _STATES[found.state],
        },
        [f"{found.name}：{_STATES[found.state]}。下次导出时告诉上下级。"],
    )


@group.command("reserve", help="县级：做备用密钥，只显示这一次；抄在纸上封存")
@click.option("--out", type=click.Path(path_type=Path), metavar="F", help="写到这个文件")
@click.pass_obj
def reserve(cli: Cli, out: Path | None) -> None:
    """Make the root's reserve key; it goes to a file or once to a terminal, never into JSON."""
    if out is None and not sys.stderr.isatty():
        raise UsageError(text="没有终端，请用 --out 写明备用密钥存到哪个文件。")
    if out is not None and out.exists():
        raise UsageError(text=f"文件已存在，没有覆盖：{out.name}。")
    written = roots.make_reserve(cli.store, cli.actor)
    device_id = cli.store.device_id
    if out is None:
        cli.note(f"备用密钥（只显示这一次，请抄下封存）：{written}")
    else:
        write_secret(out, written)
    cli.emit(
        {"device_id": device_id, "out": str(out) if out else None},
        [f"备用密钥已做好。单子上也写明本机编号：{device_id}"],
    )


@group.command("succeed", help="县级：本机用备用密钥接替丢失的县级电脑，写出接替文件")
@click.option("--old", required=True, metavar="ID", help="旧电脑的编号，写在备用密钥单上")
@click.option("--reserve-file", required=True, type=click.Path(path_type=Path), metavar="F")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="F")
@click.pass_obj
def succeed(cli: Cli, old: str, reserve_file: Path, out: Path) -> None:
    """Put this county device in the place of a lost one."""
    written = read_secret(reserve_file)
    _emit(cli, roots.succeed(cli.store, cli.actor, written, old, out), out)


@group.command("take-root", help="镇、村：接受县级接替文件，从此认新的县级电脑")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def take_root(cli: Cli, file: Path) -> None:
    """Pin the new root that the old one's reserve key has signed."""
    _emit(cli, roots.take_succession(cli.store, cli.actor, file))


@group.command("list", help="列出本机信任的设备")
@click.pass_obj
def list_all(cli: Cli) -> None:
    """List the devices that are trusted here."""
    lines = devices.list_devices(cli.store)
    own = lines[0]
    cli.emit(
        {
            "device_id": own.device_id,
            "fingerprint": own.fingerprint,
            "state": own.state,
            "state_label": _KNOWN[own.state],
            "has_reserve": roots.has_reserve(cli.store),
            "devices": [_line(line) for line in lines],
        },
        [
            f"{_RELATIONS[line.relation]}　{line.name}（{line.area_code}）{line.device_id}"
            + ("　已停用" if line.state == "revoked" else "")
            for line in lines
        ],
    )


def _line(line: DeviceLine) -> dict[str, Any]:
    return {
        "device_id": line.device_id,
        "level": line.level,
        "level_label": labels.label("area_level", line.level),
        "area_code": line.area_code,
        "name": line.name,
        "relation": line.relation,
        "relation_label": _RELATIONS[line.relation],
        "state": line.state,
        "state_label": _KNOWN[line.state],
        "fingerprint": line.fingerprint or None,
    }
