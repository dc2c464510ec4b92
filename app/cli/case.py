"""``case``: monitored objects: list, show, act, and what must still be typed elsewhere."""

import functools
from typing import Any

import click

from app.cli.common import Cli
from app.cli.items import Register, as_json, group_of
from app.domain.case import CLUE_STATES
from app.domain.labels import LABELS
from app.ops import monitored
from app.ops.changed import Changed
from app.ops.items import Item
from app.ops.monitored import CasePage

_STATES = frozenset(LABELS["case_state"]) - CLUE_STATES


def case_register(name: str, words: str, states: frozenset[str]) -> Register:
    """Return what the verbs of clues, or of cases, call: one life, told apart by its states."""
    return Register(
        name,
        words,
        functools.partial(monitored.list_cases, states=states),
        lambda *asked: monitored.show_case(*asked).item,
        _act,
    )


def _act(*step: Any) -> tuple[Item, Changed]:
    page, changed = monitored.act_case(*step)
    return page.item, changed


group = group_of(case_register("case", "监测对象", _STATES))


@group.command("checks", help="风险消除的条件，逐项打勾打叉；连同七步到哪一步")
@click.argument("item_id", metavar="ID")
@click.pass_obj
def checks(cli: Cli, item_id: str) -> None:
    """Show the seven steps and the preconditions of removal."""
    emit_page(cli, monitored.show_case(cli.store, item_id, cli.today, cli.actor))


@group.command("to-type", help="还要录入国家系统的")
@click.pass_obj
def to_type(cli: Cli) -> None:
    """List what must still be typed into the national system."""
    found = monitored.to_type(cli.store)
    cli.emit(
        {
            "items": [
                {
                    "id": one.case_id,
                    "household": one.household_no,
                    "head": one.head_name,
                    "village": one.village,
                    "what": one.what,
                    "action": one.action,
                    "since": one.since.isoformat(),
                }
                for one in found
            ]
        },
        [f"{one.household_no}号户 {one.what}（{one.since.isoformat()}）" for one in found]
        or ["没有要录入的。"],
    )


def emit_page(cli: Cli, page: CasePage) -> None:
    """Print a case with its seven steps and checks."""
    marks = [f"{'✓' if c.ok else '✗'} {c.label} {c.detail}".rstrip() for c in page.checks]
    bar = " ".join(f"{name}{day.isoformat() if day else '—'}" for name, day in page.bar)
    cli.emit({"item": as_json(page.item) | _page(page)}, [bar, *marks])


def _page(page: CasePage) -> dict[str, Any]:
    return {
        "steps": [{"step": name, "on": on.isoformat() if on else None} for name, on in page.bar],
        "checks": [
            {
                "key": c.key,
                "label": c.label,
                "ok": c.ok,
                "detail": c.detail,
                "overridable": c.overridable,
            }
            for c in page.checks
        ],
        "procedure": page.procedure,
        "papers": list(page.papers),
    }
