"""Times of the journal as people here read them: the journal keeps UTC, China has one time."""

from datetime import datetime

from app.ops.warning_rows import CHINA


def shown(at: str) -> str:
    """Return ``2025-10-20 10:00`` of a UTC time; what another device wrote amiss, as it is."""
    try:
        return f"{datetime.fromisoformat(at).astimezone(CHINA):%Y-%m-%d %H:%M}"
    except ValueError:
        return at[:16]


def day(at: str) -> str:
    """Return the day of a UTC time."""
    return shown(at)[:10]
