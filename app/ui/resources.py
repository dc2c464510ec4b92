"""Where the files that the desktop shows lie: fonts, icons, style sheet."""

from pathlib import Path

from app.paths import RESOURCES


def resource(*parts: str) -> Path:
    """Return the path of one bundled file or folder."""
    return RESOURCES.joinpath(*parts)
