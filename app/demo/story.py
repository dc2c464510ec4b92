"""One month of an invented village, through village, township and county: all real parts.

Roster file → database → month → forms → warnings → plans → package up → review → answer down →
department, measure, 回访, 销号. At the end the village has one edit that it has not exported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.demo import answers, people, remedy
from app.demo.stage import LEVELS, PERIOD, REMARK, Story, carry
from app.domain.ownership import Actor
from app.errors import AppError
from app.ops import devices, months, plans, roster, setup, sheets, tables, warnings
from app.ops.plans import PlanJob
from app.ops.printing import Printing
from app.ops.warnings import StepInput

__all__ = ["PERIOD", "REMARK", "DemoFolderError", "Played", "Story", "play"]


class DemoFolderError(AppError):
    """The folder is not empty: nothing is overwritten."""

    code, message = "E120", "演示要一个空文件夹，这里已经有东西。数据没有变。"
    hint = "请用 --data 另选一个文件夹。"


@dataclass(frozen=True, slots=True)
class Played:
    """What the story left: files in order, and how many warnings were opened and struck off."""

    folders: dict[str, Path]
    files: tuple[Path, ...]
    warnings_opened: int
    warnings_closed: int


def play(
    folder: Path, passphrase: str, households: int, seed: int, tell: Callable[[str], None]
) -> Played:
    """Run the whole month in an absent or empty folder.

    Raises:
        DemoFolderError: the folder holds something.
    """
    story = Story(folder, passphrase, households, seed, tell)
    _run(story)
    folders = {level: folder / level for level in LEVELS}
    return Played(folders, tuple(story.made), story.opened, story.closed)


def _run(story: Story) -> None:
    if story.folder.exists() and any(story.folder.iterdir()):
        raise DemoFolderError
    story.files.mkdir(parents=True)
    try:
        for step in (
            _make_replicas,
            _enrol,
            _import_roster,
            _visit,
            _confirm,
            _print,
            _send_up,
            _review,
            _answer,
            remedy.determine,
            remedy.deliver,
            remedy.follow_up,
            remedy.close,
            _last_edit,
        ):
            step(story)
    finally:
        for store in story.stores.values():
            store.close()


def _make_replicas(story: Story) -> None:
    for level, plan in LEVELS.items():
        story.tell(f"建立{plan.name}")
        setup.create_replica(story.folder / level, plan, story.passphrase)
        store = setup.open_replica(story.folder / level, story.passphrase, "演示", clock=story.now)
        story.stores[level] = store
        story.actors[level] = Actor(plan.operator, "administrator")


def _enrol(story: Story) -> None:
    """The village asks the township, the township the county; fingerprints are typed both ways."""
    story.tell("登记设备")
    for low, high in (("township", "county"), ("village", "township")):
        request = story.files / f"{LEVELS[low].name}.登记申请"
        letter = story.files / f"{LEVELS[low].name}.授权书"
        asked = devices.request_device(story.stores[low], request)
        granted = devices.approve_device(
            story.stores[high], story.actors[high], request, asked.fingerprint, letter
        )
        devices.accept_device(story.stores[low], story.actors[low], letter, granted.fingerprint)
        story.made += [request, letter]


def _import_roster(story: Story) -> None:
    story.tell("导入户名册")
    path = story.files / "上坝村户台账.xlsx"
    homes = people.village(story.households, story.seed)
    tables.write_rows(path, "农户信息", people.HEADINGS, people.rows(homes))
    store = story.stores["village"]
    preview = roster.preview_import(store, [path], story.today)
    roster.apply_import(store, story.actors["village"], preview)
    story.made.append(path)


def _visit(story: Story) -> None:
    store, actor = story.stores["village"], story.actors["village"]
    months.open_period(store, actor, PERIOD, story.today)
    story.day = "visit"
    due = months.due_households(store, PERIOD, story.today)
    remedy.plan_for_objects(story, due)
    story.tell(f"走访{len(due)}户")
    for position, household in enumerate(due[:-1]):  # the last one is still to visit
        _fill(story, household.household_id, position)


def _fill(story: Story, household_id: str, position: int) -> None:
    store, actor = story.stores["village"], story.actors["village"]
    sheet = sheets.open_sheet(store, household_id, PERIOD, story.today)
    for _ in range(3):  # an answer may bring up a further question
        values = answers.answers(sheet, position)
        new = {key: value for key, value in values.items() if key not in sheet.facts.answers}
        if not new:
            break
        sheets.save_answers(store, actor, sheet.sheet_id, new, story.today)
        sheet = sheets.open_sheet(store, household_id, PERIOD, story.today)
    done = sheets.submit_sheet(store, actor, sheet.sheet_id, story.today)
    story.opened += len(done.opened)


def _confirm(story: Story) -> None:
    story.day = "confirm"
    store, actor = story.stores["village"], story.actors["village"]
    for line in warnings.list_warnings(store, story.today):
        given = StepInput(note="入户核实，情况属实", on=story.today)
        warnings.act(store, actor, line.warning_id, "confirm", given)


def _print(story: Story) -> None:
    story.tell("打印一户一策")
    store = story.stores["village"]
    path = story.files / "上坝村一户一策.pdf"
    plans.print_plans(store, PlanJob(), Printing(story.actors["village"], path, story.today))
    story.made.append(path)


def _send_up(story: Story) -> None:
    story.tell("上报：村到镇")
    story.day = "export"
    carry(story, "village", "township")


def _review(story: Story) -> None:
    """The township passes all but one, which it returns with a remark."""
    story.tell("镇初审")
    story.day = "review"
    store, actor = story.stores["township"], story.actors["township"]
    lines = warnings.list_warnings(store, story.today)
    for line in lines:
        is_returned = line.code == "ED-01"
        action, note = ("return", REMARK) if is_returned else ("pass", "情况清楚")
        warnings.act(store, actor, line.warning_id, action, StepInput(note, story.today))
    carry(story, "township", "county")


def _answer(story: Story) -> None:
    story.tell("答复：镇到村")
    story.day = "answer"
    carry(story, "township", "village")


def _last_edit(story: Story) -> None:
    """Leave one edit in the village that nobody has seen yet."""
    story.day = "last"
    store, actor = story.stores["village"], story.actors["village"]
    last = months.due_households(store, PERIOD, story.today)[-1]
    sheet = sheets.open_sheet(store, last.household_id, PERIOD, story.today)
    sheets.save_answers(store, actor, sheet.sheet_id, {("BF-03", ""): "onsite"}, story.today)
