"""打印记录: who printed, exported or unmasked what, and what hangs on whose wall since when.

It lies in the encrypted database, in no journal and in no package. ``note`` is called by the
operations that make papers and tables; a paper that is only looked at (``previews``) is noted
when it is printed or kept.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.domain import masking
from app.domain.ownership import Actor
from app.models.local import HangingPaperRow, LocalSettingRow, PaperLogRow
from app.models.store import Store
from app.ops.changed import Changed
from app.paths import ReplicaPaths

ACTIONS = {"print": "打印", "export": "存成文件", "unmask": "看完整号码"}
_SHOWN = 500
_OLD_LOG, _OLD_HANGING, _OLD_FONTS = "prints.jsonl", "papers.json", "fonts.json"
_PROGRAM = Actor("", "administrator")


@dataclass(frozen=True, slots=True)
class Hanging:
    """What a household's last paper of a kind said, and when it was made."""

    digest: str
    printed_on: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What was made. ``is_masked``: anybody may read it (上墙版, 公示, 脱敏).

    ``kind`` and ``hanging``: of papers that hang in the houses, by household id.
    """

    paper: str
    households: int
    pages: int = 0
    is_masked: bool = False
    kind: str = ""
    hanging: tuple[tuple[str, Hanging], ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the list. ``is_there``: of an exported file, whether it can still be read."""

    at: str
    actor: str
    role: str
    action: str
    paper: str
    households: int
    pages: int
    path: str
    is_masked: bool
    is_there: bool


def note(store: Store, actor: Actor, noted: Noted, path: Path | None = None) -> None:
    """Add what was printed (no ``path``) or written to a file; a preview is neither yet."""
    if path is not None and is_preview(store, path):
        return
    with store.write("paper.note", actor) as session:
        session.add(_row(store, actor, "export" if path else "print", noted, path))
        for household_id, paper in noted.hanging:
            session.merge(
                HangingPaperRow(
                    kind=noted.kind,
                    household_id=household_id,
                    digest=paper.digest,
                    printed_on=paper.printed_on,
                )
            )


def note_unmasking(store: Store, actor: Actor, what: str, households: int) -> Changed:
    """Add that somebody is going to be shown whole numbers; only then they are."""
    with store.write("paper.note", actor) as session:
        session.add(_row(store, actor, "unmask", Noted(what, households)))
    return Changed(frozenset())


def with_purpose(what: str, purpose: str) -> str:
    """Return what was shown or written in whole numbers, and what for; no number stands there."""
    return f"{what}（用途：{masking.without_numbers(purpose.strip())}）"


def recent(store: Store, limit: int = _SHOWN) -> list[LogLine]:
    """Return the last lines, newest first; nothing is ever dropped from the list itself."""
    with store.read() as session:
        rows = session.scalars(select(PaperLogRow).order_by(PaperLogRow.id.desc()).limit(limit))
        return [_line(row) for row in rows]


def open_files(store: Store) -> list[LogLine]:
    """Return the files with personal data in the clear, the last export of each, newest first."""
    query = select(PaperLogRow).where(PaperLogRow.path != "", ~PaperLogRow.is_masked)
    with store.read() as session:
        rows = session.scalars(query.order_by(PaperLogRow.id))
        return [_line(row) for row in reversed({row.path: row for row in rows}.values())]


def hanging(store: Store, kind: str) -> dict[str, Hanging]:
    """Return household id → its last paper of this kind."""
    with store.read() as session:
        rows = session.scalars(select(HangingPaperRow).filter_by(kind=kind))
        return {row.household_id: Hanging(row.digest, row.printed_on) for row in rows}


def take_over(store: Store) -> None:
    """Move what earlier versions kept in plain files beside the database into it, once."""
    folder = store.path.parent
    found = [folder / name for name in (_OLD_LOG, _OLD_HANGING, _OLD_FONTS)]
    if not any(path.exists() for path in found):
        return
    with store.write("paper.take-over", _PROGRAM) as session:
        session.add_all(_old_lines(folder / _OLD_LOG))
        for paper in _old_hanging(folder / _OLD_HANGING):
            session.merge(paper)
        for font in _old_fonts(folder / _OLD_FONTS):
            session.merge(font)
    for path in found:
        path.unlink(missing_ok=True)


def _row(
    store: Store, actor: Actor, action: str, noted: Noted, path: Path | None = None
) -> PaperLogRow:
    return PaperLogRow(
        at=store.clock().isoformat(timespec="seconds"),
        actor=actor.name,
        role=actor.role,
        action=action,
        paper=noted.paper,
        households=noted.households,
        pages=noted.pages,
        path=str(path.resolve()) if path else "",
        is_masked=noted.is_masked,
    )


def _line(row: PaperLogRow) -> LogLine:
    return LogLine(
        at=row.at,
        actor=row.actor,
        role=row.role,
        action=row.action,
        paper=row.paper,
        households=row.households,
        pages=row.pages,
        path=row.path,
        is_masked=row.is_masked,
        is_there=bool(row.path) and Path(row.path).exists(),
    )


def is_preview(store: Store, path: Path) -> bool:
    """Tell whether a paper is only looked at."""
    return path.resolve().is_relative_to(ReplicaPaths(store.path.parent).preview.resolve())


def _old_lines(path: Path) -> Iterator[PaperLogRow]:
    for text in _text(path).splitlines():
        found = _json(text)
        if isinstance(found, dict) and isinstance(found.get("at"), str):
            yield PaperLogRow(
                at=found["at"],
                actor="",
                role=str(found.get("role", "")),
                action="print",
                paper=str(found.get("paper", "")),
                households=int(found.get("households", 0)),
                pages=int(found.get("pages", 0)),
            )


def _old_hanging(path: Path) -> Iterator[HangingPaperRow]:
    for kind, papers in _dict(_json(_text(path))).items():
        for household_id, said in _dict(papers).items():
            if isinstance(said, list) and len(said) == 2:
                digest, printed_on = map(str, said)
                yield HangingPaperRow(
                    kind=kind, household_id=household_id, digest=digest, printed_on=printed_on
                )


def _old_fonts(path: Path) -> Iterator[LocalSettingRow]:
    for style, name in _dict(_json(_text(path))).items():
        yield LocalSettingRow(key=f"font.{style}", value=str(name))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _json(text: str) -> object:
    try:
        found: object = json.loads(text)
    except ValueError:
        return None  # half-written by a power cut: only a hint is lost
    return found


def _dict(found: object) -> dict[str, object]:
    return found if isinstance(found, dict) else {}
