"""The only place that builds objects: arguments → command line, or paths → log → desktop."""

import logging
import logging.handlers
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from app.paths import ReplicaPaths, default_replica

_COMMON_WITH_VALUE = ("--data", "--as", "--today", "--passphrase-file")


class _PlacesOnly(logging.Formatter):
    """Say where an error arose, never with which values: those may be personal."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  the name of the base class
        """Return the error's type and its places in the code."""
        places = traceback.extract_tb(ei[2])
        lines = [f"  {Path(p.filename).name}:{p.lineno} {p.name}" for p in places]
        return "\n".join([ei[0].__name__, *lines])


def main() -> int:
    """Run the program; return its exit code."""
    arguments = sys.argv[1:]
    verb = _verb(arguments)
    if verb is None and not {"--help", "--version"} & set(arguments):
        return _desktop(arguments)
    if verb == "tour":
        return _tour(arguments)
    if verb == "demo":
        return _demo(arguments)
    from app.cli.main import run  # noqa: PLC0415  the desktop must not pay for the command line

    _start_log(_folder(arguments))
    return run(arguments)


def _verb(arguments: list[str]) -> str | None:
    """Return the first word that is neither a common option nor its value."""
    words = iter(arguments)
    for word in words:
        if word in _COMMON_WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def _option(arguments: list[str], name: str) -> str | None:
    for i, word in enumerate(arguments):
        if word == name and i + 1 < len(arguments):
            return arguments[i + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _folder(arguments: list[str]) -> Path:
    data = _option(arguments, "--data")
    return Path(data) if data else default_replica().folder


def _start_log(folder: Path) -> None:
    """Write warnings and errors beside the database: no personal data ever goes there."""
    if not folder.is_dir():
        logging.basicConfig(level=logging.WARNING, handlers=[logging.NullHandler()])
        return
    handler = logging.handlers.RotatingFileHandler(
        ReplicaPaths(folder).log, maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(_PlacesOnly("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _desktop(arguments: list[str]) -> int:
    from app.ui import desktop  # noqa: PLC0415

    folder = _folder(arguments)
    _start_log(folder)
    if sys.platform.startswith("linux") and not os.environ.get("QT_IM_MODULE"):
        # Qt's wheel has no fcitx plug-in; fcitx5 answers as ibus, so Chinese can be typed.
        os.environ["QT_IM_MODULE"] = "ibus"
    return desktop.run(folder, _option(arguments, "--passphrase-file"))


def _tour(arguments: list[str]) -> int:
    from app.cli.tour import run_tour  # noqa: PLC0415
    from app.ui import tour  # noqa: PLC0415

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return run_tour(arguments, tour.tour)


def _demo(arguments: list[str]) -> int:
    from app.cli.demo import run_demo  # noqa: PLC0415
    from app.demo import story  # noqa: PLC0415

    return run_demo(arguments, story.play)
