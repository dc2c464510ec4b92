"""One working day of the real program in a process of its own, ended by a kill.

``python -m tests.working_day HOME ASKED``: everything the program makes lies under HOME (it is home
and temporary folder of the process); what the user asked to have as a plain file goes to ASKED.
"""

import logging
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QTimer

from app import bootstrap
from app.demo import answers, people
from app.domain.identity import check_digit
from app.domain.ownership import Actor
from app.domain.period import Period
from app.ops import (
    attachments,
    backup_plan,
    devices,
    exchange,
    months,
    plans,
    roster,
    setup,
    sheets,
    tables,
    unlock,
)
from app.ops.printing import Printing
from app.paths import default_replica
from app.ui import desktop, problems
from app.ui.print_dialog import PrintDialog, plans_job
from tests.ops import photos

NAME, PHONE = photos.PLANTED, "13987650000"
ID_NO = "53990119800101123" + check_digit("53990119800101123")
PASSPHRASE = "wo-jia-men-qian-you-ke-shu"
NOW = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)
PERIOD = Period(2025, 10)
ME = Actor("张卫东", "administrator")


def planted_roster(path: Path) -> None:
    """Write a roster whose first head is the planted person."""
    homes = people.village(12, 1)
    head = homes[0].people[0]
    head.name, head.id_no, head.sex, homes[0].phone = NAME, ID_NO, "男", PHONE
    head.birth = datetime(1980, 1, 1, tzinfo=UTC).date()
    tables.write_rows(path, "农户信息", people.HEADINGS, people.rows(homes))


def main(asked: Path) -> None:
    """Work for a day, then be killed with everything open."""
    folder = default_replica().folder
    bootstrap._start_log(folder)
    plan = setup.ReplicaPlan("village", "539901101201", "上坝村", ME.name)
    setup.create_replica(folder, plan, PASSPHRASE)
    store = unlock.unlock_checked(folder, PASSPHRASE, "测试", lambda: NOW)
    today = NOW.date()
    planted_roster(asked / "名册.xlsx")
    preview = roster.preview_import(store, [asked / "名册.xlsx"], today)
    roster.apply_import(store, ME, preview)
    months.open_period(store, ME, PERIOD, today)
    due = months.due_households(store, PERIOD, today)
    planted = next(one.household_id for one in due if one.head_name == NAME)
    sheet = sheets.open_sheet(store, planted, PERIOD, today)
    for _ in range(3):
        values = answers.answers(sheet, 0)
        new = {key: value for key, value in values.items() if key not in sheet.facts.answers}
        sheets.save_answers(store, ME, sheet.sheet_id, new, today)
        sheet = sheets.open_sheet(store, planted, PERIOD, today)
    sheets.save_draft(store, sheet.sheet_id, ("BF-03", ""), f"{NAME} {PHONE} {ID_NO}")
    sheets.submit_sheet(store, ME, sheet.sheet_id, today)
    job = plans.PlanJob((planted,))
    photo = photos.photo(asked / "现场.jpg", size=(1200, 800))  # with the name in it, as phones do
    thing = attachments.Thing("sheet", sheet.sheet_id, "HS-03")
    attachments.add_files(store, ME, [thing], [photo], f"{NAME}家的屋顶", today)
    plans.print_plans(store, job, Printing(ME, asked / "一户一策.pdf", today))
    exchange_with_township(store, folder.parent / "township", asked)
    backup_plan.daily_backup(store)
    make_errors()
    at_the_window(store, folder, planted)


def exchange_with_township(store: object, folder: Path, asked: Path) -> None:
    """Enrol, export the month, take it in on the other side (which also makes files)."""
    plan = setup.ReplicaPlan("township", "539901101000", "青石镇", "王芳")
    setup.create_replica(folder, plan, PASSPHRASE)
    upper = setup.open_replica(folder, PASSPHRASE, "测试", clock=lambda: NOW)
    request, letter = folder.parent / "a.登记申请", folder.parent / "a.授权书"
    shown = devices.request_device(store, request).fingerprint  # type: ignore[arg-type]
    granted = devices.approve_device(upper, ME, request, shown, letter)
    devices.accept_device(store, ME, letter, granted.fingerprint)  # type: ignore[arg-type]
    package = folder.parent / "1.变更包"
    exchange.export_package(store, ME, "parent", package, NOW)  # type: ignore[arg-type]
    exchange.import_package(upper, ME, package, NOW)


def make_errors() -> None:
    """Errors of every kind whose text quotes the person."""
    text = f"{NAME} {PHONE} {ID_NO}"
    try:
        int(text)  # a ValueError that quotes it
    except ValueError as error:
        problems.as_app_error(error)
        logging.getLogger("app.test").exception("unexpected")

    def crash() -> None:
        raise KeyError(text)

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()


def at_the_window(store: object, folder: Path, planted: str) -> None:
    """Open the window, look at a paper, crash in a slot, and be killed."""
    _app, families = desktop.application(1.0)
    window = desktop.make_window(store, folder, families, ME.name)
    window.show()
    for key in window.pages:
        window.show_page(key)
    window.set_scale(1.25)
    desktop._settings(folder).setValue("scale", 1.25)
    desktop._settings(folder).sync()
    page = window.pages["roster"]
    dialog = PrintDialog(window, page._desk, plans_job(page._desk, [planted]))  # type: ignore[attr-defined]

    def fail() -> None:
        raise LookupError(f"{NAME} {PHONE} {ID_NO}")

    def end() -> None:
        if dialog.save_button.isEnabled():
            print("looked at the paper", flush=True)  # noqa: T201  the test waits for it
            os.kill(os.getpid(), signal.SIGKILL)

    QTimer.singleShot(0, fail)
    timer = QTimer(window)
    timer.timeout.connect(end)
    timer.start(50)
    dialog.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
