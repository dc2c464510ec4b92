"""Make the golden replica and backup of this schema (run by hand, once per released version).

``python -m tests.make_old``. Everybody in it is invented and the passphrase protects nothing. Later
versions must open every file that lies in ``tests/data/old``; the packages lie in
``tests/data/packages``.
"""

import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from app.demo import answers, people
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models import schema
from app.models.store import Store
from app.ops import backup, months, roster, setup, sheets, tables
from app.paths import ReplicaPaths

FOLDER = Path(__file__).parent / "data" / "old"
PASSPHRASE = "jiu-shu-ju-ye-yao-neng-da-kai"
NOW = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)
PERIOD = Period(2025, 10)
ME = Actor("张卫东", "administrator")


def make(target: Path) -> None:
    """Write ``schema-N/`` (database and vault), ``schema-N.备份`` and what is known of both."""
    name = f"schema-{schema.newest()}"
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "v"
        plan = setup.ReplicaPlan("village", "539901101201", "上坝村", ME.name)
        recovery = setup.create_replica(folder, plan, PASSPHRASE).recovery_key
        store = setup.open_replica(folder, PASSPHRASE, "旧文件", clock=lambda: NOW)
        table = Path(work) / "名册.xlsx"
        tables.write_rows(table, "农户信息", people.HEADINGS, people.rows(people.village(6, 1)))
        roster.apply_import(store, ME, roster.preview_import(store, [table], NOW.date()))
        months.open_period(store, ME, PERIOD, NOW.date())
        all_due = months.due_households(store, PERIOD, NOW.date())
        due, first = len(all_due), all_due[0].household_id
        _fill(store, first)
        backup.create_backup(store, target / f"{name}{backup.SUFFIX}")
        epoch = store.identity.epoch
        store.close()
        shutil.rmtree(target / name, ignore_errors=True)
        (target / name).mkdir(parents=True)
        paths = ReplicaPaths(folder)
        for path in (paths.database, paths.vault):
            shutil.copy(path, target / name / path.name)
    known = {
        "recovery_key": recovery,
        "households": 6,
        "due": due,
        "epoch": epoch,
        "answered": first,
    }
    text = json.dumps(known, ensure_ascii=False, indent=1)
    (target / f"{name}.json").write_text(text, encoding="utf-8")


def _fill(store: Store, household_id: str) -> None:
    sheet = sheets.open_sheet(store, household_id, PERIOD, NOW.date())
    for _ in range(3):
        values = answers.answers(sheet, 0)
        new = {key: value for key, value in values.items() if key not in sheet.facts.answers}
        sheets.save_answers(store, ME, sheet.sheet_id, new, NOW.date())
        sheet = sheets.open_sheet(store, household_id, PERIOD, NOW.date())
    sheets.submit_sheet(store, ME, sheet.sheet_id, NOW.date())


if __name__ == "__main__":
    make(FOLDER)
