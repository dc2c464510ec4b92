"""``init`` and ``operator``: the replica itself and its people."""

import sys
from pathlib import Path

import click

from app.cli.common import Cli, UsageError, write_secret
from app.ops import operators, setup

_NEXT = {
    "village": "下一步：roster import 导入花名册；device request 写登记申请，交给镇。",
    "township": "下一步：device request 写登记申请，交给县；device approve 登记各村的电脑。",
    "county": "下一步：device reserve 做备用密钥；device approve 登记各镇的电脑。",
}


@click.command("init", help="建立一份加密数据（村、镇或县），生成本机设备密钥")
@click.option("--level", required=True, type=click.Choice(["village", "township", "county"]))
@click.option("--area", required=True, metavar="CODE", help="12位区划代码")
@click.option("--name", required=True, metavar="NAME", help="村、镇或县的名称")
@click.option("--operator", default=setup.MANAGER, show_default=True, metavar="NAME",
              help="第一个操作员")  # fmt: skip
@click.option("--recovery-out", type=click.Path(path_type=Path), metavar="F",
              help="恢复单写到这个文件")  # fmt: skip
@click.pass_obj
def init(
    cli: Cli, level: str, area: str, name: str, operator: str, recovery_out: Path | None
) -> None:
    """Make a replica; the recovery key goes to a file or once to a terminal, never into JSON."""
    if recovery_out is not None and recovery_out.exists():
        raise UsageError(text=f"恢复单文件已存在，没有覆盖：{recovery_out.name}。")
    plan = setup.ReplicaPlan(level, area, name, operator)
    made = setup.create_replica(cli.folder, plan, cli.passphrase())
    if recovery_out is not None:
        write_secret(recovery_out, made.recovery_key)
    elif sys.stderr.isatty():
        cli.note(f"恢复密钥（只显示这一次，请抄下封存）：{made.recovery_key}")
    else:
        cli.note("恢复密钥没有保存（没有终端，也没有 --recovery-out）：忘了口令就找不回数据。")
    cli.emit(
        {"device_id": made.device_id, "fingerprint": made.fingerprint, "schema": made.schema},
        [f"已建立：{name}", f"设备指纹：{made.fingerprint}", _NEXT[level]],
    )


_ROLE = click.option(
    "--role", required=True, metavar="R", help="、".join(map(" ".join, operators.ROLES.items()))
)


@click.group("operator", help="操作员和角色")
def operator_group() -> None:
    """Group of the operator verbs."""


def _emit_operators(cli: Cli) -> None:
    people = operators.list_operators(cli.store)
    cli.emit(
        {
            "operators": [
                {
                    "name": p.name,
                    "role": p.role,
                    "role_label": operators.ROLES[p.role],
                    "default": p.is_default,
                }
                for p in people
            ]
        },
        [f"{p.name}  {operators.ROLES[p.role]}" for p in people],
    )


@operator_group.command("list", help="列出操作员")
@click.pass_obj
def list_all(cli: Cli) -> None:
    """List everybody."""
    _emit_operators(cli)


@operator_group.command("add", help="登记操作员")
@click.argument("name")
@_ROLE
@click.pass_obj
def add(cli: Cli, name: str, role: str) -> None:
    """Register a person."""
    operators.add_operator(cli.store, cli.actor, name, role)
    _emit_operators(cli)


@operator_group.command("role", help="改角色")
@click.argument("name")
@_ROLE
@click.pass_obj
def role(cli: Cli, name: str, role: str) -> None:
    """Give a person another role."""
    operators.set_role(cli.store, cli.actor, name, role)
    _emit_operators(cli)
