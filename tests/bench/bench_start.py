"""To the passphrase, and from it to the window, beside an empty window of PySide6; and the memory.

Run it by hand: ``python -m tests.bench.bench_start [persons]``. Each part is a process of its own,
on the ``offscreen`` platform; the second start counts, with the files in the system's cache.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import NamedTuple

PERSONS = 2000
_TODAY = date(2025, 10, 20)


class Spent(NamedTuple):
    """Seconds of the processor, which other people's work does not lengthen, and of the wall."""

    processor: float
    wall: float


def _now() -> Spent:
    return Spent(time.process_time(), time.perf_counter())


def _since(start: Spent) -> Spent:
    now = _now()
    return Spent(now.processor - start.processor, now.wall - start.wall)


def build(folder: Path, persons: int) -> None:
    """Make an invented village of about so many people."""
    from app.bench.village import write_roster  # noqa: PLC0415  no Qt in this process
    from app.domain.ownership import Actor  # noqa: PLC0415
    from app.ops import roster, setup  # noqa: PLC0415

    plan = setup.ReplicaPlan("village", "539901101201", "测速村")
    setup.create_replica(folder / "v", plan, "shan-gao-shui-chang")
    store = setup.open_replica(folder / "v", "shan-gao-shui-chang", "测速")
    write_roster(folder / "r.xlsx", persons * 10 // 42)
    preview = roster.preview_import(store, [folder / "r.xlsx"], _TODAY)
    roster.apply_import(store, Actor("管理员", "administrator"), preview)
    store.close()


def empty_window(_folder: Path) -> Spent:
    """Import Qt, show an empty window with one label, let it draw itself."""
    start = _now()
    from PySide6.QtWidgets import QApplication, QLabel  # noqa: PLC0415

    app = QApplication([])
    label = QLabel("驻村")
    label.resize(1280, 720)
    label.show()
    app.processEvents()
    label.grab()
    return _since(start)


def passphrase_asked(folder: Path) -> Spent:
    """Import the program and Qt, show and draw the dialog that asks for the passphrase."""
    start = _now()
    from app.ui import desktop  # noqa: PLC0415
    from app.ui.start.unlock_dialog import UnlockDialog  # noqa: PLC0415

    app, _families = desktop.application(1.0)
    dialog = UnlockDialog(desktop.make_door(desktop.Launch(folder / "v")))
    dialog.show()
    app.processEvents()
    dialog.grab()
    return _since(start)


def own_window(folder: Path) -> Spent:
    """After that and the derivation of the key: make the window, show and draw its first page."""
    from app.ops import operators, setup  # noqa: PLC0415
    from app.ui import desktop, pages  # noqa: PLC0415

    app, families = desktop.application(1.0)
    pages.page_class(desktop.FIRST_PAGE)  # as while the passphrase is typed
    store = setup.open_replica(folder / "v", "shan-gao-shui-chang", "测速")  # slow on purpose
    start = _now()
    name = operators.actor(store).name
    window = desktop.make_window(store, folder / "v", families, name, None)
    window.show_page(desktop.FIRST_PAGE)
    window.show()
    app.processEvents()
    window.grab()
    spent = _since(start)
    store.close()
    return spent


def _with_memory(work: Callable[[Path], Spent], folder: Path) -> tuple[Spent, float]:
    return work(folder), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(work: Callable[[Path], Spent], folder: Path) -> tuple[Spent, float]:
    """Return what the best of three starts took, and the peak of memory in MB."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        return min(pool.submit(_with_memory, work, folder).result() for _ in range(3))


def main(persons: int) -> None:
    """Print the figures; asserts nothing."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as name:
        build(Path(name), persons)
        bare, _ = measured(empty_window, Path(name))
        asked, _ = measured(passphrase_asked, Path(name))
        own, memory = measured(own_window, Path(name))
    parts = {"empty window": bare, "passphrase asked": asked, "window after it": own}
    for name, spent in parts.items():
        ratio = spent.processor / bare.processor
        sys.stdout.write(
            f"{name}: processor {spent.processor:.2f} s, wall {spent.wall:.2f} s, {ratio:.1f}\n"
        )
    sys.stdout.write(f"{persons} persons, peak {memory:.0f} MB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PERSONS)
