"""``print paper`` and ``print order``: the papers of the life cycles."""

from pathlib import Path

import click

from app.cli import print as printing
from app.cli.common import Cli, UsageError
from app.ops import department_orders, papers

group = printing.group
_FILE = click.Path(dir_okay=False, path_type=Path)
_SUBJECTS = ("clue", "case", "warning", "change", "period")


@group.command("paper", help="流程里的一份材料；不写名称就列出现在能打印的")
@click.argument("name", default="", metavar="名称")
@click.option("--subject", required=True, type=click.Choice(_SUBJECTS), help="哪一类")
@click.option("--id", "item_id", required=True, metavar="ID", help="编号；月份写成 2025-10")
@click.option("--out", type=_FILE, metavar="F.pdf", help="存到这个文件")
@click.pass_obj
def paper(cli: Cli, name: str, subject: str, item_id: str, out: Path | None) -> None:
    """Print one paper of one thing, or list the papers that there are."""
    if not name:
        offers = papers.papers_for(cli.store, subject, item_id)
        cli.emit(
            {
                "papers": [
                    {"name": one.name, "step": one.step, "on": one.on and one.on.isoformat()}
                    for one in offers
                ]
            },
            [f"{one.name}（{one.on or '空白，待填'}）" for one in offers] or ["没有。"],
        )
        return
    to = printing.printing_to(cli, out or Path(f"{name}.pdf"))
    printing.emit(cli, papers.print_paper(cli.store, name, subject, item_id, to), to.path)


@group.command("order", help="部门交办单：PDF，或存成可填可读回的 Excel")
@click.option("--department", default="", metavar="D", help="哪个部门；不写就列出有事要办的部门")
@click.option("--out", type=_FILE, metavar="F.pdf", help="存到这个文件")
@click.option("--xlsx", type=_FILE, metavar="F.xlsx", help="存成 Excel，填好后用 measure fill 读回")
@click.pass_obj
def order(cli: Cli, department: str, out: Path | None, xlsx: Path | None) -> None:
    """Print the order of a department, write it as a workbook, or both."""
    if not department:
        found = department_orders.departments(cli.store)
        cli.emit({"departments": found}, [f"{name}：{count}条" for name, count in found.items()])
        return
    if out is None and xlsx is None:
        raise UsageError(text="请用 --out 存成 PDF，或用 --xlsx 存成 Excel。")
    result: dict[str, object] = {"department": department, "files": []}
    files: list[str] = []
    if out is not None:
        to = printing.printing_to(cli, out)
        printed = department_orders.print_order(cli.store, department, to)
        result |= {"pages": printed.pages, "households": printed.households,
                   "seconds": round(printed.seconds, 3)}  # fmt: skip
        files.append(str(out))
    if xlsx is not None:
        to = printing.printing_to(cli, xlsx)
        result["rows"] = department_orders.write_order(cli.store, department, to)
        files.append(str(xlsx))
    cli.emit(result | {"files": files}, [f"已存：{name}" for name in files])
