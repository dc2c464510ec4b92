"""``doctor``: is everything sound."""

from dataclasses import asdict

import click

from app.cli.common import Cli
from app.ops import doctor


@click.command("doctor", help="检查数据库、变更记录、字体和磁盘")
@click.pass_obj
def command(cli: Cli) -> None:
    """Run every check; nothing is changed."""
    checks = doctor.examine(cli.store)
    cli.emit(
        {"checks": [asdict(check) for check in checks]},
        [f"{'✓' if check.ok else '✗'} {check.label}：{check.detail}" for check in checks],
    )
