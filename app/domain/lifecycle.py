"""Life cycles: each is one table, from which buttons, checks, papers and tests come.

A step names the step it follows; a thing is where its last step led, so states are never
written. Steps of concurrent laptops are put in one order, alike on every replica.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol, TypeVar

LEVELS = ("village", "township", "county")
PROGRAM = "program"  # a step by the program, in the name of the replica that runs it
EVERY = ""  # the kind of a thing whose table does not differ by kind
_ORDER = {"county": 0, "township": 1, "village": 2, PROGRAM: 3}


class StepLike(Protocol):
    """What is needed of a stored step."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def follows(self) -> str: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102


StepT = TypeVar("StepT", bound=StepLike)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table: who may lead a thing from where to where.

    Attributes:
        code: the row's number in processes.md (A2, B7 …).
        to: kind → state; the kind "" is every kind (a warning's kind is its severity).
        levels: village, township, county, program.
        needs: named data that the step must bring.
        limit: policy parameter in days, for who must take the step after it.
        prints: names of the papers of the «Printed» cell.
    """

    code: str
    action: str
    label: str
    sources: frozenset[str]
    to: Mapping[str, str]
    levels: frozenset[str]
    needs: tuple[str, ...] = ()
    limit: str = ""
    prints: tuple[str, ...] = ()

    def target(self, kind: str) -> str | None:
        """Return where the step leads a thing of this kind; None if the row is not for it."""
        return self.to.get(kind, self.to.get(EVERY))


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A life cycle. ``subject``: the table whose rows live it; ``initial``: before any step."""

    subject: str
    initial: str
    transitions: tuple[Transition, ...]
    ended: frozenset[str] = frozenset()
    _by_action: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_action: dict[str, tuple[Transition, ...]] = {}
        for row in self.transitions:
            by_action[row.action] = (*by_action.get(row.action, ()), row)
        object.__setattr__(self, "_by_action", by_action)

    def find(self, action: str, state: str, level: str, kind: str = EVERY) -> Transition | None:
        """Return the row of an action taken by a level in a state; None if the table has none."""
        for row in self._by_action.get(action, ()):
            if state in row.sources and level in row.levels and row.target(kind) is not None:
                return row
        return None

    def steps_for(self, state: str, level: str, kind: str = EVERY) -> tuple[Transition, ...]:
        """Return what a level may do now, in the table's order: these are the buttons."""
        return tuple(
            row
            for row in self.transitions
            if state in row.sources and level in row.levels and row.target(kind) is not None
        )

    def actions_of(self, level: str) -> frozenset[str]:
        """Return every action that a level may ever take; the program acts for any of them."""
        who = {level, PROGRAM}
        return frozenset(row.action for row in self.transitions if row.levels & who)

    def walk(self, steps: Sequence[StepT], kind: str = EVERY) -> list[tuple[StepT, Transition]]:
        """Return the ordered steps that the table knows, each with its row."""
        state, taken = self.initial, []
        for step in steps:
            row = self.find(step.action, state, step.level, kind)
            if row is not None:
                state = row.target(kind) or state
                taken.append((step, row))
        return taken

    def state_of(self, steps: Sequence[StepLike], kind: str = EVERY) -> str:
        """Return where the ordered steps lead; a step outside the table leads nowhere."""
        taken = self.walk(steps, kind)
        return (taken[-1][1].target(kind) or self.initial) if taken else self.initial


def in_order(steps: Iterable[StepT]) -> list[StepT]:
    """Return the steps in force, each after the one it follows.

    Of concurrent steps with the same predecessor a person's beats the program's, then the
    higher level's, then the smaller id: alike on every replica until somebody decides.
    """
    children: dict[str, list[StepT]] = {}
    for step in steps:
        children.setdefault(step.follows, []).append(step)
    found: list[StepT] = []
    at = ""
    while nexts := children.pop(at, None):
        step = min(nexts, key=lambda s: (_ORDER.get(s.level, 4), s.id))
        found.append(step)
        at = step.id
    return found


def due_on(start: date, days: int) -> date:
    """Return the last day that is not overdue: the day the limit started, plus calendar days."""
    return start + timedelta(days=days)
