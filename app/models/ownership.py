"""The bundled ownership table, with the steps that each life cycle allows to a level."""

import tomllib
from functools import cache

from app.domain.lifecycle import LEVELS
from app.domain.lifecycles import LIFECYCLES
from app.domain.ownership import Ownership, parse_ownership
from app.paths import RESOURCES


@cache
def bundled() -> Ownership:
    """Return the table that ships with the program (resources/ownership.toml)."""
    with (RESOURCES / "ownership.toml").open("rb") as file:
        data = tomllib.load(file)
    actions = {
        life.subject: {level: life.actions_of(level) for level in LEVELS} for life in LIFECYCLES
    }
    return parse_ownership(data, actions)
