"""What conflicts as a whole."""

from dataclasses import dataclass
from typing import NamedTuple

from app.domain.merge import Side


class Unit(NamedTuple):
    """What conflicts as a whole: a field of a row, or a whole sheet (field "")."""

    table: str
    row: str
    field: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A unit with differing heads; ``sides``: the one in force first."""

    unit: Unit
    sides: tuple[Side, ...]
