"""The only place that builds objects: arguments → command line, or paths → log → desktop."""

import logging
import logging.handlers
import os
import secrets
import shutil
import subprocess
import sys
import threading
import traceback
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from app.ops.clock import on_day
from app.paths import ROOT, ReplicaPaths, default_replica

_DEMO_HOUSEHOLDS = 60
_DEMO_DAY = "2025-10-25"  # the last day of the story
_COMMON_WITH_VALUE = ("--data", "--as", "--today", "--passphrase-file")


class _PlacesOnly(logging.Formatter):
    """Say where an error arose, never with which values: those may be personal."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  the name of the base class
        """Return the error's type and its places in the code."""
        places = traceback.extract_tb(ei[2])
        lines = [f"  {Path(p.filename).name}:{p.lineno} {p.name}" for p in places]
        return "\n".join([ei[0].__name__, *lines])


class _OnceThereIsAFolder(logging.handlers.RotatingFileHandler):
    """The first-use wizard makes the folder after the log was started."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line if the replica's folder is there."""
        if Path(self.baseFilename).parent.is_dir():
            super().emit(record)


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
    if verb == "bench":
        return _bench(arguments)
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
    handler = _OnceThereIsAFolder(
        ReplicaPaths(folder).log, maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(_PlacesOnly("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.excepthook = _tell_crash
    threading.excepthook = lambda crash: _tell_crash(
        crash.exc_type, crash.exc_value or crash.exc_type(), crash.exc_traceback
    )


def _tell_crash(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Log an exception that nobody caught, and say its places: its text may hold a name."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("\n")
        return
    logging.getLogger(__name__).critical("crash", exc_info=(kind, error, trace))
    sys.stderr.write(_PlacesOnly().formatException((kind, error, trace)) + "\n")


def _desktop(arguments: list[str]) -> int:
    from app.ui import desktop  # noqa: PLC0415

    folder, today = _folder(arguments), _today(arguments)
    _start_log(folder)
    if sys.platform.startswith("linux") and not os.environ.get("QT_IM_MODULE"):
        # Qt's wheel has no fcitx plug-in; fcitx5 answers as ibus, so Chinese can be typed.
        os.environ["QT_IM_MODULE"] = "ibus"
    launch = desktop.Launch(
        folder,
        _option(arguments, "--passphrase-file"),
        on_day(today) if today else None,
        partial(_see_demo, folder),
    )
    return desktop.run(launch)


def _today(arguments: list[str]) -> date | None:
    """Return the day that was given for this start; None: the real one."""
    text = _option(arguments, "--today") or os.environ.get("ZHUCUN_TODAY")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        sys.stderr.write("日期应写成 2025-10-31\n")
        sys.exit(2)


def _see_demo(folder: Path) -> None:
    """Make an invented village in a folder of its own, once, and open it in a program of its own.

    Its passphrase protects nobody; the file that holds it is written last, so a demo without it
    was not finished and is made anew.
    """
    home = folder.resolve().with_name(f"{folder.resolve().name}-demo")
    secret = home / "passphrase"
    if not secret.exists():
        from app.cli import demo  # noqa: PLC0415
        from app.demo import story  # noqa: PLC0415

        shutil.rmtree(home, ignore_errors=True)
        passphrase = secrets.token_urlsafe(15)
        demo.mark(
            story.play(home, passphrase, _DEMO_HOUSEHOLDS, 1, lambda _text: None).folders.values()
        )
        secret.write_text(passphrase, encoding="utf-8")
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable] if frozen else [sys.executable, "-m", "app"]
    words = ["--data", str(home / "village"), "--passphrase-file", str(secret)]
    subprocess.Popen([*program, *words, "--today", _DEMO_DAY], cwd=ROOT)  # noqa: S603  ourselves


def _tour(arguments: list[str]) -> int:
    from app.cli.tour import run_tour  # noqa: PLC0415
    from app.ui import tour  # noqa: PLC0415

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return run_tour(arguments, tour.tour)


def _demo(arguments: list[str]) -> int:
    from app.cli.demo import run_demo  # noqa: PLC0415
    from app.demo import story  # noqa: PLC0415

    return run_demo(arguments, story.play)


def _bench(arguments: list[str]) -> int:
    from app.bench import figures  # noqa: PLC0415
    from app.cli.bench import run_bench  # noqa: PLC0415

    return run_bench(arguments, figures.measure)
