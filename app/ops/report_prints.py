"""The figures of every report that was given out, kept here so that a later change is seen."""

import hashlib
import json
from datetime import date

from app.domain.ownership import Actor
from app.domain.statistics.printed import Printed, figures_of, is_final
from app.domain.statistics.report import Report
from app.models.store import Store
from app.ops.local_settings import keep_setting, read_setting

_DIGITS = 32


def note_given_out(store: Store, actor: Actor, report: Report) -> None:
    """Keep what a report says, in place of what was given out of it before."""
    heading = report.heading
    kept = {
        "on": heading.computed_on.isoformat(),
        "is_final": is_final(heading),
        "correction": heading.correction,
        "figures": figures_of(report.tables),
    }
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    keep_setting(store, actor, _key(report.title), text)


def given_out(store: Store, title: str) -> Printed | None:
    """Return what was last given out of a report, None if nothing ever was."""
    text = read_setting(store, _key(title))
    if not text:
        return None
    kept = json.loads(text)
    figures = {
        number: tuple(tuple(row) for row in rows) for number, rows in kept["figures"].items()
    }
    day = date.fromisoformat(kept["on"])
    return Printed(day, kept["is_final"], kept["correction"], figures)


def _key(title: str) -> str:
    return f"report:{hashlib.sha256(title.encode()).hexdigest()[:_DIGITS]}"
