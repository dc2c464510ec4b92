"""Decisions that can still be taken back, and their writing.

A step of a warning is never rewritten, so the newest decisions wait here: Z takes them back one
by one. They are written when enough newer ones have come, when the page is left, and before any
package is.
"""

from dataclasses import dataclass
from datetime import date

from app.domain import warning
from app.ops import warnings
from app.ops.changed import Changed
from app.ops.warnings import StepInput
from app.ui.page import Desk

KEPT = 10  # decisions that Z can take back


@dataclass(frozen=True, slots=True)
class Decision:
    """One key of the reviewer: a step for the warnings of a matter, or of many in a batch."""

    action: str
    warning_ids: tuple[str, ...]
    matter_count: int
    note: str
    on: date
    is_batch: bool = False


class Decisions:
    """The decisions of this sitting, newest last."""

    def __init__(self, desk: Desk, kept: int = KEPT) -> None:
        self._desk, self._kept = desk, kept
        self.waiting: list[Decision] = []
        self._written: list[Decision] = []
        self._changed: list[Changed] = []

    @property
    def warning_ids(self) -> frozenset[str]:
        """Warnings that are decided here but that the queue as it was read does not know of."""
        found = (*self._written, *self.waiting)
        return frozenset(i for one in found for i in one.warning_ids)

    @property
    def matter_count(self) -> int:
        return sum(one.matter_count for one in (*self._written, *self.waiting))

    def add(self, decision: Decision) -> None:
        """Take a decision; the oldest beyond what can be taken back are written."""
        self.waiting.append(decision)
        while len(self.waiting) > self._kept:
            self._write(self.waiting.pop(0))

    def take_back(self) -> Decision | None:
        """Undo the newest decision."""
        return self.waiting.pop() if self.waiting else None

    def write_all(self) -> None:
        """Write everything that waits, and tell the pages what all writing has changed."""
        while self.waiting:
            self._write(self.waiting.pop(0))
        if self._changed:
            tables = frozenset(table for one in self._changed for table in one.tables)
            homes = frozenset(home for one in self._changed for home in one.household_ids)
            self._changed = []
            self._desk.runner.changed.emit(Changed(tables, homes))

    def forget_written(self) -> None:
        """The queue has been read again and knows of what was written."""
        self._written = []

    def _write(self, decision: Decision) -> None:
        """Write quietly: pages that read everything again at each key would be slow."""
        store, actor = self._desk.store, self._desk.actor
        note, ids = decision.note or warning.AGREED, list(decision.warning_ids)
        given = StepInput(note, decision.on)

        def job() -> list[Changed]:
            if decision.is_batch:
                return [warnings.batch(store, actor, ids, decision.action, given).changed]
            return [warnings.act_many(store, actor, ids, decision.action, given)]

        done = self._desk.runner.call(job)
        if done is not None:
            self._written.append(decision)
            self._changed += done
