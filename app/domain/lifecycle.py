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
STAY = "="  # a step that leaves the state as it is
_ORDER = {"county": 0, "township": 1, "village": 2, PROGRAM: 3}
_ALL = frozenset(LEVELS)


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
    @property
    def kind(self) -> str: ...  # noqa: D102


StepT = TypeVar("StepT", bound=StepLike)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table: who may lead a thing from where to where.

    Attributes:
        code: the row's number in processes.md (A2, B7 …).
        to: kind → state; the kind "" is every kind (a warning's kind is its severity).
        levels: village, township, county, program.
        needs: named data that the step must bring.
        roles: operator roles that may take it; empty: whoever writes at that level.
        takes: named data that it may bring besides.
        after: an action that must have been taken before (拟撤销 before 撤销).
        undoes: actions that do not count as taken from here on (保留 after 拟撤销).
        turns: "up" or "down": the step changes the kind of the thing, in this direction only.
        hosts: levels whose replica may take a step in the program's name.
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
    takes: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    after: str = ""
    undoes: frozenset[str] = frozenset()
    turns: str = ""
    hosts: frozenset[str] = _ALL
    limit: str = ""
    prints: tuple[str, ...] = ()

    def target(self, kind: str) -> str | None:
        """Return where the step leads a thing of this kind; None if the row is not for it."""
        return self.to.get(kind, self.to.get(EVERY))

    def leads(self, state: str, kind: str) -> str:
        """Return the state after the step, which the row must allow."""
        found = self.target(kind)
        return state if found is None or found == STAY else found

    def is_for(self, level: str) -> bool:
        """Tell whether a replica of this level may ever write the step."""
        return level in self.levels or (PROGRAM in self.levels and level in self.hosts)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a thing stands: its state, its kind, and the steps in force with their rows."""

    state: str
    kind: str
    taken: tuple[tuple[StepLike, Transition], ...] = ()

    def has_taken(self, action: str) -> bool:
        """Tell whether an action was taken, and not undone since."""
        for _, row in reversed(self.taken):
            if row.action == action:
                return True
            if action in row.undoes:
                return False
        return False


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A life cycle. ``subject``: the table whose rows live it; ``initial``: before any step.

    ``kinds``: every kind in rising order, where a step may change it (severities).
    ``takes``: named data that every step may bring.
    """

    subject: str
    initial: str
    transitions: tuple[Transition, ...]
    ended: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    takes: frozenset[str] = frozenset()
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

    def buttons(self, standing: Standing, level: str) -> tuple[Transition, ...]:
        """Return what a level may do with a thing that stands there."""
        return tuple(
            row
            for row in self.steps_for(standing.state, level, standing.kind)
            if not row.after or standing.has_taken(row.after)
        )

    def label_of(self, action: str) -> str:
        """Return the Chinese word of an action, "" if the table does not know it."""
        rows = self._by_action.get(action, ())
        return rows[0].label if rows else ""

    def actions_of(self, level: str) -> frozenset[str]:
        """Return every action that a replica of a level may ever write."""
        return frozenset(row.action for row in self.transitions if row.is_for(level))

    def standing(self, steps: Sequence[StepLike], kind: str = EVERY, start: str = "") -> Standing:
        """Return where the ordered steps lead; a step outside the table leads nowhere.

        ``start``: the state before any step, if it is not the table's own.
        """
        here = Standing(start or self.initial, kind)
        for step in steps:
            row = self.find(step.action, here.state, step.level, here.kind)
            if row is None or not self._holds(row, step, here):
                continue
            turned = step.kind if row.turns else here.kind
            here = Standing(row.leads(here.state, here.kind), turned, (*here.taken, (step, row)))
        return here

    def state_of(self, steps: Sequence[StepLike], kind: str = EVERY, start: str = "") -> str:
        """Return the state where the ordered steps lead."""
        return self.standing(steps, kind, start).state

    def _holds(self, row: Transition, step: StepLike, here: Standing) -> bool:
        if row.after and not here.has_taken(row.after):
            return False
        if not row.turns:
            return True
        if step.kind not in self.kinds or here.kind not in self.kinds:
            return False
        old, new = self.kinds.index(here.kind), self.kinds.index(step.kind)
        return new > old if row.turns == "up" else new < old


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
