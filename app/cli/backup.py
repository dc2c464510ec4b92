"""``backup``, ``recover``, ``passphrase``: whole copies, and the keys that open them."""

from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli, UsageError, read_secret
from app.domain import labels
from app.ops import backup, backup_plan, passphrases, rescue, restore
from app.ops.backup import Backup, OpenKey

_FILE = click.Path(path_type=Path)
_recovery_option = click.option(
    "--recovery-file", type=_FILE, metavar="F", help="恢复密钥的文件；没有就用口令"
)


@click.group("backup", help="加密的整份备份：生成、核验、恢复")
def group() -> None:
    """Group of the backup verbs."""


@group.command("create", help="写一份备份，读回、打开、核对之后才算数")
@click.option("--out", required=True, type=_FILE, metavar="F")
@click.pass_obj
def create(cli: Cli, out: Path) -> None:
    """Write a backup of the replica."""
    if not out.parent.is_dir():
        raise UsageError(text=f"没有这个文件夹：{out.parent.name}。")
    made = backup_plan.backup_elsewhere(cli.store, out)
    cli.emit(_result(made), [f"已写好并核验：{out.name}（{made.bytes:,} 字节）"])


@group.command("verify", help="把备份读到底、打开、核对；不改任何数据")
@click.argument("file", type=_FILE)
@_recovery_option
@click.pass_obj
def verify(cli: Cli, file: Path, recovery_file: Path | None) -> None:
    """Check a backup."""
    made = backup.verify_backup(file, _opener(cli, recovery_file))
    cli.emit(_result(made), [f"备份完好：{made.header.name}，{made.header.made_at[:10]}"])


@group.command("restore", help="在一个没有数据的文件夹里恢复备份；用当时的口令，或恢复密钥")
@click.argument("file", type=_FILE)
@_recovery_option
@click.pass_obj
def restore_one(cli: Cli, file: Path, recovery_file: Path | None) -> None:
    """Make a replica out of a backup."""
    opener = _opener(cli, recovery_file)
    made = restore.restore_backup(file, cli.folder, opener, cli.clock())
    result = _result(made.backup) | {"epoch": made.epoch}
    told = "已恢复。下一步：device request 写登记申请，请上级重新登记本机；登记前不能导出。"
    cli.emit(result, [told])


@group.command(
    "rescue", help="数据损坏或被旧文件换掉时：换上最近的好备份；备份不比现在的多，就接着用现在的"
)
@click.pass_obj
def mend(cli: Cli) -> None:
    """Put the newest good backup in the place of damaged data, which is kept aside."""
    done = rescue.mend(cli.folder, cli.passphrase(), cli.clock())
    made_at = done.backup.header.made_at if done.backup else None
    used = f"已换上{made_at[:10]}的备份" if made_at else "备份不比现在的多，接着用现在的"
    aside = f"；原来的在 {done.set_aside.name}，请不要删" if done.set_aside else ""
    result = {"used": "backup" if made_at else "present", "made_at": made_at, "epoch": done.epoch}
    cli.emit(result, [f"{used}{aside}。", "请上级重新登记本机：device request 写登记申请。"])


@click.command("recover", help="忘了口令：用恢复密钥设新口令（新口令由 --passphrase-file 给）")
@click.option("--recovery-file", required=True, type=_FILE, metavar="F")
@click.pass_obj
def recover(cli: Cli, recovery_file: Path) -> None:
    """Give the replica a new passphrase."""
    passphrases.recover(cli.folder, read_secret(recovery_file), cli.passphrase())
    cli.emit({"ok": True}, ["新口令已生效。以前的备份仍用当时的口令打开。"])


@click.command("passphrase", help="换口令（旧口令由 --passphrase-file 给）")
@click.option("--new-file", required=True, type=_FILE, metavar="F", help="新口令的文件")
@click.pass_obj
def passphrase(cli: Cli, new_file: Path) -> None:
    """Change the passphrase."""
    passphrases.change_passphrase(cli.store, cli.passphrase(), read_secret(new_file))
    cli.emit({"ok": True}, ["新口令已生效。以前的备份仍用当时的口令打开。"])


def _opener(cli: Cli, recovery_file: Path | None) -> OpenKey:
    if recovery_file is not None:
        return backup.by_recovery_key(read_secret(recovery_file))
    return backup.by_passphrase(cli.passphrase())


def _result(made: Backup) -> dict[str, Any]:
    header = made.header
    return {
        "bytes": made.bytes,
        "sha256": made.sha256,
        "ok": True,
        "made_at": header.made_at,
        "schema": header.schema,
        "level": header.level,
        "level_label": labels.label("area_level", header.level),
        "area_code": header.area_code,
        "name": header.name,
        "device_id": header.device_id,
    }
