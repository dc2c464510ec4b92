"""``attachment``: add, list, export, remove photos and scans."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli
from app.cli.items import household_id
from app.domain.attachment import PDF, SUBJECTS, size_text
from app.ops import attachments
from app.ops.attachments import AttachmentLine, Thing

_SUBJECT = click.option(
    "--subject", default="", metavar="S", help=f"哪一类事：{'、'.join(SUBJECTS)}"
)
_ID = click.option("--id", "subject_id", default="", metavar="ID", help="那件事的编号")


@click.group("attachment", help="照片和扫描件（附件）")
def group() -> None:
    """Group of the attachment verbs."""


@group.command("add", help="加照片或扫描件；照片会缩小，去掉拍摄地点")
@click.argument("files", metavar="FILE...", nargs=-1, required=True,
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--subject", required=True, metavar="S", help=f"哪一类事：{'、'.join(SUBJECTS)}")
@click.option("--id", "subject_id", required=True, metavar="ID", help="那件事的编号")
@click.option("--question", default="", metavar="CODE", help="检查表的哪一题，如 HS-03")
@click.option("--member", default="", metavar="ID", help="哪个人（编号）")
@click.option("--caption", default="", metavar="T", help="说明")
@click.pass_obj
def add(  # noqa: PLR0913, PLR0917  one parameter for each option
    cli: Cli,
    files: tuple[Path, ...],
    subject: str,
    subject_id: str,
    question: str,
    member: str,
    caption: str,
) -> None:
    """Attach files, all or none."""
    thing = Thing(subject, subject_id, question, member)
    done = attachments.add_files(cli.store, cli.actor, [thing], files, caption, cli.today)
    for note in done.notes:
        cli.note(note)
    cli.emit(
        {"attachments": [as_json(line) for line in done.lines], "notes": list(done.notes)},
        [f"加上了{len(done.lines)}件。", *(_text(line) for line in done.lines)],
    )


@group.command("list", help="列出照片和扫描件")
@_SUBJECT
@_ID
@click.option("--household", default="", metavar="ID", help="只列这一户（户号、姓名或编号）")
@click.option("--all", "everything", is_flag=True, help="连撤下的一起列")
@click.pass_obj
def list_all(cli: Cli, subject: str, subject_id: str, household: str, everything: bool) -> None:
    """List attachments."""
    home = household_id(cli, household) if household else ""
    lines = attachments.listed(
        cli.store, subject=subject, subject_id=subject_id, household_id=home,
        with_removed=everything,
    )  # fmt: skip
    totals = attachments.totals(cli.store)
    cli.emit(
        {"attachments": [as_json(line) for line in lines], "totals": asdict(totals)},
        [*(_text(line) for line in lines), f"本机共{totals.text()}。"],
    )


@group.command("export", help="把一件另存为文件（文件不再加密）")
@click.argument("attachment_id", metavar="ID")
@click.option("--out", required=True, metavar="F", type=click.Path(path_type=Path))
@click.pass_obj
def export(cli: Cli, attachment_id: str, out: Path) -> None:
    """Write one attachment into a plain file."""
    size = attachments.export(cli.store, cli.actor, attachment_id, out)
    cli.emit({"file": str(out), "bytes": size}, [f"已另存，{size_text(size)}。用完请删掉。"])


@group.command("remove", help="撤下一件：写明原因，留有记录")
@click.argument("attachment_id", metavar="ID")
@click.option("--reason", required=True, metavar="T", help="为什么撤下")
@click.pass_obj
def remove(cli: Cli, attachment_id: str, reason: str) -> None:
    """End the row of one attachment."""
    attachments.remove(cli.store, cli.actor, [attachment_id], reason, cli.today)
    cli.emit({"removed": attachment_id}, ["已撤下。"])


def as_json(line: AttachmentLine) -> dict[str, Any]:
    """Return an attachment as JSON."""
    values = asdict(line)
    thing = values.pop("thing")
    return {
        "id": values.pop("attachment_id"),
        "subject": thing["subject"],
        "subject_label": SUBJECTS.get(thing["subject"], thing["subject"]),
        "subject_id": thing["subject_id"],
        "question": thing["question"] or None,
        "member_id": thing["member_id"] or None,
        **{name: value.isoformat() if name.endswith("_on") and value else value
           for name, value in values.items()},
    }  # fmt: skip


def _text(line: AttachmentLine) -> str:
    kind = "扫描件" if line.media_type == PDF else f"照片{line.width}×{line.height}"
    taken = f"，拍于{line.taken_on}" if line.taken_on else ""
    state = f"，已撤下：{line.removed_reason}" if line.removed_on else ""
    here = "" if line.is_here else "，内容还没有到"
    about = SUBJECTS.get(line.thing.subject, line.thing.subject)
    question = f" {line.thing.question}" if line.thing.question else ""
    words = f"（{line.caption}）" if line.caption else ""
    return (
        f"{about}{question} {kind} {size_text(line.size)}{taken}{words}{state}{here}"
        f" {line.attachment_id}"
    )
