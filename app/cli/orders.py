"""``measure fill``: what departments filled into a 交办单, read back."""

from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli
from app.cli.measure import group
from app.ops import order_filling
from app.ops.checklist_file import CellNote

__all__ = ["group"]


@group.command("fill", help="读回部门填好的交办单（print order --xlsx 存出的）")
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="F.xlsx",
    help="填好的文件",
)
@click.pass_obj
def fill(cli: Cli, source: Path) -> None:
    """Take a filled-in order; refused cells are an answer, not an error."""
    done = order_filling.fill_order(cli.store, cli.actor, source, cli.today)
    result = {
        "rows": done.rows,
        "created": done.planned,
        "started": done.started,
        "finished": done.finished,
        "unchanged": done.unchanged,
        "remedied": done.remedied,
        "rejected": [_note(note) for note in done.rejected],
    }
    lines = [
        (
            f"读了{done.rows}行：新登记措施{done.planned}条，开始落实{done.started}条，"
            f"已落实{done.finished}条，预警已补短{len(done.remedied)}条，不变{done.unchanged}行。"
        )
    ]
    lines += [
        f"没有读入：{note.where.sheet}第{note.where.row}行{note.where.column}列　{note.message}"
        for note in done.rejected
    ]
    cli.emit(result, lines)


def _note(note: CellNote) -> dict[str, Any]:
    where = note.where.as_dict()
    return where | {"reason_code": note.reason_code, "message": note.message}
