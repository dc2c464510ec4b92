"""Lists from above seen against the roster. Looking only: nothing is stored, nobody created."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.roster_diff import KnownRoster
from app.domain.roster_list import TiedRow, tie
from app.excel.lists import LIST_KINDS, ListFile, read_list
from app.models.store import Store
from app.ops.roster_rows import load_roster

__all__ = ["LIST_KINDS", "ListPreview", "preview_list"]


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A list, each row tied to whom it means."""

    file: ListFile
    rows: tuple[TiedRow, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many rows have each status."""
        return Counter(row.status for row in self.rows)


def preview_list(store: Store | None, path: Path) -> ListPreview:
    """Read a list of warnings or doubts and tie it to the village's people.

    Raises:
        TableError: the file cannot be read, or is no such list.
    """
    file = read_list(path)
    known, village = KnownRoster(), ""
    if store is not None:
        village = store.identity.name
        with store.read() as session:
            known = load_roster(session).known
    return ListPreview(file, tuple(tie(file.rows, known, village)))
