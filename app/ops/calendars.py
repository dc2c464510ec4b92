"""Work calendar, cadence and procedure templates: read from resources once."""

from functools import lru_cache

from app.domain.cadence import CadenceTask, parse_tasks
from app.domain.deadlines import WorkCalendar, parse_calendar
from app.domain.procedure import Procedure, parse_procedure
from app.ops.catalogue import RESOURCES, read_toml

_CADENCE = "cadence.toml"


@lru_cache(maxsize=1)
def work_calendar() -> WorkCalendar:
    """Return the holidays and working weekends of every year that has a file."""
    folder = RESOURCES / "calendar"
    years = [
        parse_calendar(read_toml(path))
        for path in sorted(folder.glob("*.toml"))
        if path.name != _CADENCE
    ]
    return WorkCalendar(
        frozenset(day for year in years for day in year.holidays),
        frozenset(day for year in years for day in year.workdays),
    )


@lru_cache(maxsize=1)
def cadence() -> tuple[CadenceTask, ...]:
    """Return the tasks of the calendar (五个一 …)."""
    return parse_tasks(read_toml(RESOURCES / "calendar" / _CADENCE))


@lru_cache(maxsize=1)
def procedures() -> tuple[Procedure, ...]:
    """Return the procedure templates, oldest first."""
    paths = sorted((RESOURCES / "procedure").glob("*.toml"))
    return tuple(parse_procedure(read_toml(path)) for path in paths)
