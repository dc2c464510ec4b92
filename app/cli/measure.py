"""``measure``: list, show, open (plan), act, link, carry-over."""

from decimal import Decimal, InvalidOperation

import click

from app.cli.common import Cli, UsageError
from app.cli.items import SET, Register, day, emit, group_of, household_id, opening
from app.ops import measures
from app.ops.measures import NewMeasure

group = group_of(
    Register(
        "measure",
        "帮扶措施",
        measures.list_measures,
        measures.show_measure,
        measures.act_measure,
    )
)


@group.command("open", help="拟定一条措施")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@SET
@click.pass_obj
def open_measure(cli: Cli, household: str, values: tuple[str, ...]) -> None:
    """Plan a measure."""
    given = opening(
        values,
        ("measure_category", "measure_kind", "responsible_person"),
        (
            "content", "member_id", "cause", "warning_ids", "department", "measure_level",
            "planned_start_on", "planned_end_on", "amount", "continues_id",
        ),
    )  # fmt: skip
    warning_ids = tuple(filter(None, given.get("warning_ids", "").split(",")))
    new = NewMeasure(
        household_id=household_id(cli, household),
        measure_category=given["measure_category"],
        measure_kind=given["measure_kind"],
        responsible_person=given["responsible_person"],
        content=given.get("content", ""),
        member_id=given.get("member_id", ""),
        cause=given.get("cause", ""),
        warning_ids=warning_ids,
        department=given.get("department", ""),
        measure_level=given.get("measure_level", "village"),
        planned_start_on=day(given.get("planned_start_on")),
        planned_end_on=day(given.get("planned_end_on")),
        amount=_amount(given.get("amount", "")),
        continues_id=given.get("continues_id", ""),
    )
    emit(cli, measures.plan_measure(cli.store, cli.actor, new, cli.today)[0])


@group.command("link", help="让措施也针对别的预警")
@click.argument("item_id", metavar="ID")
@click.argument("warning_ids", nargs=-1, required=True)
@click.pass_obj
def link(cli: Cli, item_id: str, warning_ids: tuple[str, ...]) -> None:
    """Link a measure to further warnings."""
    measures.link_measure(cli.store, cli.actor, item_id, warning_ids)
    emit(cli, measures.show_measure(cli.store, item_id, cli.today, cli.actor))


@group.command("carry-over", help="把没完的措施结转到新的一年")
@click.argument("year", type=int)
@click.pass_obj
def carry_over(cli: Cli, year: int) -> None:
    """Carry measures over at the year's end."""
    done = measures.carry_over(cli.store, cli.actor, year, cli.today)
    cli.emit(
        {"carried": list(done.carried), "to_decide": list(done.to_decide)},
        [f"结转{len(done.carried)}条；还是拟定的{len(done.to_decide)}条，请逐条决定。"],
    )


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise UsageError(text="金额应是数字，如 3000 或 3000.50。") from None
