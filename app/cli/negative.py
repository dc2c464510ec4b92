"""``negative``: list, show, act; they are opened when a month is checked."""

from app.cli.common import Cli
from app.cli.items import Register, group_of
from app.ops import registers
from app.ops.items import Item
from app.ops.lives import StepInput

_SUBJECT = "negative_check"


def _list(cli: Cli, only_open: bool, home: str) -> list[Item]:
    return registers.list_negatives(
        cli.store, cli.today, cli.actor, household_id=home, only_open=only_open
    )


def _show(cli: Cli, item_id: str) -> Item:
    return registers.show_entry(cli.store, _SUBJECT, item_id, cli.today, cli.actor)


def _act(cli: Cli, item_id: str, action: str, given: StepInput) -> Item:
    return registers.act_entry(cli.store, cli.actor, _SUBJECT, item_id, action, given, cli.today)[0]


group = group_of(Register("negative", "负面清单核查", _list, _show, _act))
