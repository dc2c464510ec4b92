"""``warning``: list, show, act."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli
from app.cli.items import (
    SET,
    action_name,
    actions_json,
    history_json,
    household_id,
    life_lines,
    opening,
    takes_step,
)
from app.domain import labels
from app.ops import pictures, warnings
from app.ops.warnings import ManualWarning, StepInput, WarningLine, WarningPage


@click.group("warning", help="预警")
def group() -> None:
    """Group of the warning verbs."""


def _line(line: WarningLine) -> dict[str, Any]:
    return {
        "id": line.warning_id,
        "household": line.household_no,
        "household_id": line.household_id,
        "head": line.head_name,
        "village": line.village,
        "member": line.member_name or None,
        "code": line.code,
        "severity": line.severity,
        "severity_label": labels.label("severity", line.severity),
        "state": line.state,
        "state_label": labels.label("warning_state", line.state),
        "message": line.message,
        "matter": line.matter,
        "opened_on": line.opened_on.isoformat(),
        "due_on": _iso(line.due_on),
        "remedy_due_on": _iso(line.remedy_due_on),
        "remedy_due_original": _iso(line.remedy_due_original),
        "received_on": _iso(line.received_on),
        "remedied_on": _iso(line.remedied_on),
        "overdue": line.overdue,
        "holder": line.holder,
        "holder_label": labels.label("area_level", line.holder),
        "escalated_to": line.escalated_to,
        "escalated_to_label": labels.label("area_level", line.escalated_to),
        "occurrence": line.occurrence,
        "urgent": line.is_urgent,
        "cancel_proposed": line.is_cancel_proposed,
        "remark": line.note,
        "photos": line.photos,
        "photo_owed": line.is_photo_owed,
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _page(page: WarningPage) -> dict[str, Any]:
    return {
        "warning": _line(page.line)
        | {
            "values": dict(page.values),
            "basis": page.basis,
            "question": page.question,
            "department": page.department,
            "departments": list(page.departments),
            "measure_ids": list(page.measure_ids),
            "needs_follow_up": page.is_event_item,
            "attachments": [line.attachment_id for line in page.photos],
            "lacks_photo": page.lacks_photo,
            "photo_words": page.photo_words or None,
            "calls": list(page.calls),
            "actions": actions_json(page.actions),
            "history": history_json(page.history),
        }
    }


def _words(line: WarningLine) -> str:
    due = (
        f"（{line.due_on.isoformat()}到期{'，已超期' if line.overdue else ''}）"
        if line.due_on
        else ""
    )
    return (
        f"{labels.label('severity', line.severity)} {line.household_no}号户 {line.message}"
        f"（{labels.label('warning_state', line.state)}）{due}{line.warning_id}"
    )


def _page_lines(page: WarningPage) -> list[str]:
    photos = [f"照片和扫描件{len(page.photos)}件"] if page.photos else []
    owed = ["照片还缺，请补上"] if page.line.is_photo_owed else []
    about = [f"依据：{page.basis}"] if page.basis else []
    return [_words(page.line), *about, *photos, *owed, *life_lines(page.history, page.actions)]


@group.command("list", help="列出未销的预警")
@click.option("--all", "all_states", is_flag=True, help="连已结束的一起列")
@click.pass_obj
def list_all(cli: Cli, all_states: bool) -> None:
    """List warnings."""
    lines = warnings.list_warnings(cli.store, cli.today, only_open=not all_states)
    cli.emit(
        {"warnings": [_line(line) for line in lines]},
        [_words(line) for line in lines] or ["没有未销的预警。"],
    )


@group.command("show", help="看一条预警")
@click.argument("warning_id", metavar="ID")
@click.pass_obj
def show(cli: Cli, warning_id: str) -> None:
    """Show one warning."""
    page = warnings.show_warning(cli.store, warning_id, cli.today, cli.actor.role)
    cli.emit(_page(page), _page_lines(page))


@group.command("act", help="把一条预警往下办")
@click.argument("warning_id", metavar="ID")
@click.argument("action", metavar="ACTION")
@takes_step
def act(cli: Cli, warning_id: str, action: str, given: StepInput) -> None:
    """Lead a warning one step along its life."""
    now = warnings.show_warning(cli.store, warning_id, cli.today, cli.actor.role).actions
    name = action_name(action, now)
    page, _changed = warnings.act(cli.store, cli.actor, warning_id, name, given, cli.today)
    cli.emit(_page(page), [f"现在是“{labels.label('warning_state', page.line.state)}”。"])


@group.command("open", help="人工提出一条预警")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@click.option("--note", required=True, metavar="T", help="理由，至少5个字")
@click.option(
    "--photo",
    "files",
    multiple=True,
    metavar="F",
    type=click.Path(path_type=Path),
    help="照片或扫描件（橙色、红色要有，或用 --set photo=后补）",
)
@SET
@click.pass_obj
def open_one(
    cli: Cli, household: str, note: str, files: tuple[Path, ...], values: tuple[str, ...]
) -> None:
    """Open a warning by hand."""
    given = opening(values, (), ("code", "severity", "message", "member_id", "photo", "due_on"))
    new = ManualWarning(
        household_id=household_id(cli, household),
        code=given.get("code", ""),
        severity=given.get("severity", "yellow"),
        message=given.get("message", note),
        reason=note,
        member_id=given.get("member_id", ""),
        photo=given.get("photo", ""),
        due_on=given.get("due_on", ""),
        pictures=tuple(pictures.from_file(file) for file in files),
    )
    page, _changed = warnings.open_warning(cli.store, cli.actor, new, cli.today)
    cli.emit(_page(page), [f"已提出，编号 {page.line.warning_id}。"])


@group.command("batch", help="多条同办一步；红色和缺证明的跳过")
@click.argument("action", metavar="ACTION")
@click.argument("warning_ids", metavar="ID...", nargs=-1, required=True)
@takes_step
def batch(cli: Cli, action: str, warning_ids: tuple[str, ...], given: StepInput) -> None:
    """Take one step with many warnings."""
    name = _batch_action(cli, action, warning_ids)
    result = warnings.batch(cli.store, cli.actor, warning_ids, name, given, cli.today)
    skipped = [{"id": warning_id, "reason": reason} for warning_id, reason in result.skipped]
    cli.emit(
        {"done": list(result.done), "skipped": skipped},
        [f"办了{len(result.done)}条，跳过{len(skipped)}条。"],
    )


def _batch_action(cli: Cli, text: str, warning_ids: tuple[str, ...]) -> str:
    """Return the action that a label names with one of the warnings."""
    pages = (
        warnings.show_warning(cli.store, each, cli.today, cli.actor.role) for each in warning_ids
    )
    names = (action_name(text, page.actions) for page in pages)
    return text if text.isascii() else next((name for name in names if name != text), text)
