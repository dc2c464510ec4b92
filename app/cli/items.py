"""``list``, ``show``, ``act`` of a register: the same four verbs for every life cycle."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.domain import labels
from app.ops import registers
from app.ops.changed import Changed
from app.ops.items import Item
from app.ops.lives import (
    DATA_LABELS,
    Action,
    StepInput,
    StepLine,
    missing_data,
    require_calendar,
    require_known,
    require_text,
)


@dataclass(frozen=True, slots=True)
class Register:
    """What a register's verbs call: operations, all with the same parameters.

    ``list_items``: store, today, actor, household_id=, only_open=; ``show``: store, id, today,
    actor; ``act``: store, actor, id, action, given, today.
    """

    name: str
    help: str
    list_items: Callable[..., list[Item]]
    show: Callable[..., Item]
    act: Callable[..., tuple[Item, Changed]]


def as_json(item: Item) -> dict[str, Any]:
    """Return a thing as JSON: its own fields beside state, history and the actions allowed now."""
    return {
        "id": item.item_id,
        "household": item.household_no or None,
        "household_id": item.household_id or None,
        "head": item.head_name or None,
        "village": item.village,
        "title": item.title,
        "state": item.state,
        "state_label": item.state_label,
        "opened_on": _iso(item.opened_on),
        "due_on": _iso(item.due_on),
        "overdue": item.overdue,
        **{name: value for name, value in item.fields.items() if name not in ("id", "state")},
        "actions": actions_json(item.actions),
        "history": history_json(item.history),
    }


def actions_json(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """Return what may be done now as JSON."""
    return [{"action": a.name, "label": a.label, "needs": list(a.needs)} for a in actions]


def history_json(history: Sequence[StepLine]) -> list[dict[str, Any]]:
    """Return the steps that were taken as JSON."""
    return [
        {
            "on": s.on.isoformat(),
            "action": s.action,
            "step": s.label,
            "actor": s.actor,
            "level": s.level,
            "level_label": labels.label("area_level", s.level),
            "note": s.note,
            "values": dict(s.values),
        }
        for s in history
    ]


def life_lines(history: Sequence[StepLine], actions: Sequence[Action]) -> list[str]:
    """Return what happened and what may be done now, for people."""
    taken = [
        f"　{s.on.isoformat()} {labels.label('area_level', s.level)} {s.actor} {s.label}"
        + (f"：{s.note}" if s.note else "")
        for s in history
    ]
    now = [
        f"　{a.label}（{a.name}）"
        + (f"，要带{'、'.join(f'{DATA_LABELS[n]}（{n}）' for n in a.needs)}" if a.needs else "")
        for a in actions
    ]
    return [*(["办过："] if taken else []), *taken, *(["现在能办："] if now else []), *now]


def action_name(text: str, actions: Sequence[Action]) -> str:
    """Return the action that a label names now; other words stay, so that the step is refused."""
    return next((a.name for a in actions if a.label == text), text)


def emit(cli: Cli, item: Item) -> None:
    """Print one thing."""
    cli.emit({"item": as_json(item)}, [_line(item)])


def group_of(register: Register) -> click.Group:
    """Return the click group of a register with ``list``, ``show`` and ``act``."""
    group = click.Group(register.name, help=register.help)

    @group.command("list", help="列出")
    @click.option("--all", "everything", is_flag=True, help="连已结束的一起列")
    @click.option("--household", default="", metavar="ID", help="只列这一户（户号、姓名或编号）")
    @click.pass_obj
    def list_all(cli: Cli, everything: bool, household: str) -> None:
        home = household_id(cli, household) if household else ""
        found = register.list_items(
            cli.store, cli.today, cli.actor, household_id=home, only_open=not everything
        )
        cli.emit({"items": [as_json(i) for i in found]}, [_line(i) for i in found] or ["没有。"])

    @group.command("show", help="看一件")
    @click.argument("item_id", metavar="ID")
    @click.pass_obj
    def show(cli: Cli, item_id: str) -> None:
        item = register.show(cli.store, item_id, cli.today, cli.actor)
        lines = [_line(item), *life_lines(item.history, item.actions)]
        cli.emit({"item": as_json(item)}, lines)

    @group.command("act", help="往下办一步")
    @click.argument("item_id", metavar="ID")
    @click.argument("action", metavar="ACTION")
    @takes_step
    def act(cli: Cli, item_id: str, action: str, given: StepInput) -> None:
        now = register.show(cli.store, item_id, cli.today, cli.actor).actions
        name = action_name(action, now)
        emit(cli, register.act(cli.store, cli.actor, item_id, name, given, cli.today)[0])

    return group


def register_of(name: str, subject: str, words: str) -> Register:
    """Return what the verbs of a campaign, issue, doubt or negative check call."""
    return Register(
        name,
        words,
        lambda store, today, actor, **more: registers.list_entries(
            store, subject, today, actor, **more
        ),
        lambda store, item_id, today, actor: registers.show_entry(
            store, subject, item_id, today, actor
        ),
        lambda store, actor, *step: registers.act_entry(store, actor, subject, *step),
    )


SET = click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="要带的资料")


def takes_step(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a step; it gets them as ``given``."""

    def call(cli: Cli, note: str, on: str | None, values: tuple[str, ...], **more: object) -> None:
        command(cli, given=StepInput(note, day(on) or cli.today, pairs(values)), **more)

    done: Any = click.pass_obj(functools.update_wrapper(call, command))
    for option in (
        SET,
        click.option("--date", "on", metavar="D", help="哪一天办的，缺省今天"),
        click.option("--note", default="", metavar="T", help="说明"),
    ):
        done = option(done)
    taking: Callable[..., None] = done
    return taking


def household_id(cli: Cli, text: str) -> str:
    """Return the household of an id, number, name or initials.

    Raises:
        UnknownHouseholdError: none, or several.
    """
    from app.ops import plans  # noqa: PLC0415  only some verbs look for a household

    return plans.find_household(cli.store, text)


def pairs(values: tuple[str, ...]) -> dict[str, str]:
    """Return the named data of ``--set``.

    Raises:
        UsageError: without ``=``.
    """
    if any("=" not in value for value in values):
        raise UsageError(text="--set 应写成 字段=值。")
    return {name: value for name, _, value in (v.partition("=") for v in values)}


def day(text: str | None) -> date | None:
    """Return a date of the command line, None for none.

    Raises:
        UsageError: not a date.
    """
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(text="日期应写成 2025-10-31。") from None
    require_calendar(found)
    return found


def opening(
    values: tuple[str, ...], needs: tuple[str, ...], takes: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the named data of an ``open``, which needs some and has a place for some others.

    Raises:
        UsageError: without ``=``.
        MissingStepDataError, UnknownStepDataError: names the fields.
    """
    given = pairs(values)
    missing = [name for name in needs if not given.get(name, "").strip()]
    if missing:
        raise missing_data("登记", missing)
    require_text(given)
    require_known("登记", given, (*needs, *takes))
    return given


def choice(enum: str, text: str) -> str:
    """Return the key of a label; what is neither stays, so that the operation names the choices."""
    try:
        return labels.key(enum, text)
    except ValueError:
        return text


def _line(item: Item) -> str:
    home = f"{item.household_no}号户 " if item.household_no else ""
    due = (
        f"（{item.due_on.isoformat()}到期{'，已超期' if item.overdue else ''}）"
        if item.due_on
        else ""
    )
    return f"{home}{item.title}：{item.state_label}{due} {item.item_id}"


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
