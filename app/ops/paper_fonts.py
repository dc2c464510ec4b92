"""Fonts of the papers: which are there, which are missing, and the county's own.

The names of own files are choices of this installation; a file that is gone, or may not be
embedded, is told and the bundled font is used.
"""

from dataclasses import dataclass
from pathlib import Path

from app.domain.ownership import Actor
from app.errors import AppError
from app.models.store import Store
from app.ops import local_settings

STYLES = {"body": "正文（仿宋）", "heading": "标签（黑体）", "bold": "标题（小标宋）"}
_KEY = "font."


@dataclass(frozen=True, slots=True)
class FontState:
    """What papers are printed with. ``problems``: style → why its own file is not used."""

    missing: tuple[str, ...]
    own: dict[str, Path]
    problems: dict[str, str]


def state(store: Store) -> FontState:
    """Return which fonts are missing and which own ones are named; each is tried."""
    from app.reports import fonts  # noqa: PLC0415  ReportLab loads only when it is needed

    problems = apply(store)
    return FontState(fonts.missing_fonts(), _named(store), problems)


def apply(store: Store) -> dict[str, str]:
    """Print with the named own fonts from now on; return style → why one of them cannot be."""
    named = _named(store)
    if not named:
        return {}
    from app.reports import fonts  # noqa: PLC0415  ReportLab loads only when it is needed

    problems = {}
    for style, path in named.items():
        try:
            fonts.use_own(style, path)
        except AppError as error:
            fonts.use_own(style, None)
            problems[style] = error.user_text()
    return problems


def choose(store: Store, actor: Actor, style: str, path: Path | None) -> None:
    """Name an own font file for a style, or go back to the bundled one (None).

    Raises:
        FontRefusedError: it cannot be read, or may not be embedded; nothing changes.
    """
    from app.reports import fonts  # noqa: PLC0415  ReportLab loads only when it is needed

    fonts.use_own(style, path)
    local_settings.keep_setting(store, actor, f"{_KEY}{style}", "" if path is None else str(path))


def _named(store: Store) -> dict[str, Path]:
    found = local_settings.read_settings(store, _KEY)
    return {style: Path(found[style]) for style in STYLES if style in found}
