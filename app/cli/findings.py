"""``doubt`` and ``negative``: list, show, act; open; most are opened when a month is checked."""

import click

from app.cli.common import Cli
from app.cli.items import SET, emit, group_of, household_id, opening, register_of
from app.ops import registers
from app.ops.registers import NewFinding


def _group(name: str, subject: str, word: str) -> click.Group:
    """Return the verbs of one of the two registers: they differ in nothing but the name."""
    made = group_of(register_of(name, subject, word))

    @made.command("open", help=f"登记一条上级发来的{word}")
    @click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
    @SET
    @click.pass_obj
    def open_one(cli: Cli, household: str, values: tuple[str, ...]) -> None:
        given = opening(values, ("code", "message"), ("member_id",))
        home = household_id(cli, household)
        new = NewFinding(home, given["code"], given["message"], given.get("member_id", ""))
        emit(cli, registers.open_finding(cli.store, cli.actor, subject, new, cli.today)[0])

    return made


doubt_group = _group("doubt", "data_doubt", "疑点")
negative_group = _group("negative", "negative_check", "负面清单线索")
