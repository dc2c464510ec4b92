"""The county counted twice: the program's yearly report against plain SQL over a dump.

Run with ``python -m tests.bench.bench_recount [households]``; fails where a figure differs.
"""

import sys
import tempfile
from datetime import date
from pathlib import Path

from app.ops import statistics
from tests.bench.bench_reports import VILLAGES, now, told, villages
from tests.conftest import COUNTY, make_store
from tests.ops.statistics_village import fill
from tests.recount import Asked, differences, dump, recount

LINE = 8700


def main(households: int) -> int:
    """Count twice, tell how many figures agree; return 1 where one does not."""
    each, rest = divmod(households, VILLAGES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = make_store(folder / "county", "county", COUNTY, "云山县")
        start = now()
        for number, village in enumerate(villages(VILLAGES)):
            fill(store, village.code, number, each + (number < rest))
        start = told(f"{households} households written", start)
        report = statistics.yearly_report(store, 2025, date(2026, 1, 5))
        start = told("the program's yearly report", start)
        dump(store, folder / "plain.db")
        store.close()
        asked = Asked(COUNTY[:6], date(2025, 1, 1), date(2025, 12, 31), date(2024, 12, 31), LINE)
        counted = recount(folder / "plain.db", asked)
        told("dumped and counted again", start)
        wrong = differences(report, counted)
    sys.stdout.write(f"{len(counted)} figures, {len(wrong)} differ\n")
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 39_675))
