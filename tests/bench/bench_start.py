"""From the passphrase to the window, beside an empty window of PySide6; and the memory it takes.

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

PERSONS = 2000
_TODAY = date(2025, 10, 20)


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


def empty_window(_folder: Path) -> float:
    """Import Qt, show an empty window with one label, let it draw itself."""
    start = time.perf_counter()
    from PySide6.QtWidgets import QApplication, QLabel  # noqa: PLC0415

    app = QApplication([])
    label = QLabel("驻村")
    label.resize(1280, 720)
    label.show()
    app.processEvents()
    label.grab()
    return time.perf_counter() - start


def own_window(folder: Path) -> float:
    """Import the program and Qt, open the village, show and draw the first page."""
    start = time.perf_counter()
    from app.ops import operators, setup  # noqa: PLC0415
    from app.ui import desktop  # noqa: PLC0415

    app, families = desktop.application(1.0)
    opened = time.perf_counter()
    store = setup.open_replica(folder / "v", "shan-gao-shui-chang", "测速")
    unlocking = time.perf_counter() - opened  # the key's derivation is slow on purpose
    name = operators.actor(store).name
    window = desktop.make_window(store, folder / "v", families, name, None)
    window.show_page("workbench")
    window.show()
    app.processEvents()
    window.grab()
    seconds = time.perf_counter() - start - unlocking
    store.close()
    return seconds


def _with_memory(work: Callable[[Path], float], folder: Path) -> tuple[float, float]:
    return work(folder), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(work: Callable[[Path], float], folder: Path) -> tuple[float, float]:
    """Return seconds of the best of three starts, and the peak of memory in MB."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        return min(pool.submit(_with_memory, work, folder).result() for _ in range(3))


def main(persons: int) -> None:
    """Print the figures; asserts nothing."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as name:
        build(Path(name), persons)
        bare, _ = measured(empty_window, Path(name))
        own, memory = measured(own_window, Path(name))
    sys.stdout.write(
        f"{persons} persons: window {own:.2f} s, empty window {bare:.2f} s, "
        f"ratio {own / bare:.1f}, peak {memory:.0f} MB\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PERSONS)
