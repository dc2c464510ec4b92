"""What was printed and exported: a list for 设置, and what hangs on whose wall since when.

Two files beside the database, with ids and digests only: no name, no number, no account. A file
that cannot be read counts as empty, because nothing but a hint depends on it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.models.store import Store

_LOG, _HANGING = "prints.jsonl", "papers.json"
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One print. ``role``: of who printed; the name would be personal data in an open file."""

    at: str
    role: str
    paper: str
    households: int
    pages: int


@dataclass(frozen=True, slots=True)
class Hanging:
    """The content of a household's last paper of a kind, and when it was made."""

    digest: str
    printed_on: str


def note(store: Store, line: PrintLine) -> None:
    """Add a print to the list.

    Raises:
        OSError: the folder is not writable.
    """
    with (_folder(store) / _LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")


def recent(store: Store) -> list[PrintLine]:
    """Return the last prints, newest first; a line that cannot be read is left out."""
    try:
        lines = (_folder(store) / _LOG).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = (_line(text) for text in reversed(lines[-_SHOWN:]))
    return [line for line in found if line is not None]


def hanging(store: Store, kind: str) -> dict[str, Hanging]:
    """Return household id → its last paper of this kind."""
    kept = _read(store).get(kind, {})
    return {key: Hanging(*value) for key, value in kept.items() if len(value) == 2}


def hang(store: Store, kind: str, papers: Iterable[tuple[str, Hanging]]) -> None:
    """Remember what was printed for whom.

    Raises:
        OSError: the folder is not writable.
    """
    kept = dict(_read(store))
    of_kind = dict(kept.get(kind, {}))
    of_kind |= {key: [paper.digest, paper.printed_on] for key, paper in papers}
    path = _folder(store) / _HANGING
    part = path.with_suffix(".part")
    part.write_text(json.dumps(kept | {kind: of_kind}), encoding="utf-8")
    part.replace(path)


def _read(store: Store) -> Mapping[str, Any]:
    try:
        found = json.loads((_folder(store) / _HANGING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _line(text: str) -> PrintLine | None:
    try:
        return PrintLine(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _folder(store: Store) -> Path:
    return store.path.parent
