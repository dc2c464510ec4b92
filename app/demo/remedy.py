"""The second half of the demo: measures, departments, 回访, and a warning struck off (销号)."""

from collections.abc import Sequence
from datetime import timedelta

from app.demo.stage import PERIOD, Story, carry
from app.domain import warning
from app.ops import measures, sheets, visits, warnings
from app.ops.measures import NewMeasure
from app.ops.months import DueHousehold
from app.ops.visits import NewVisit
from app.ops.warnings import StepInput, WarningLine

_DEVELOPMENT = ("employment", "岗位推荐")  # 开发式: every monitored household has one
_BY_CAUSE = {"schooling": ("education_aid", "助学金"), "illness": ("health", "慢病签约")}
_HELP = {  # what the departments do in October: code → category, kind, person, result
    "WT-01": ("water", "管网维修", "水利局 杨工", "换了300米水管，水到户"),
    "IN-05": ("employment", "劳动监察", "人社局 赵科", "责令工地结清工资"),
}
CLOSED_CODE = "WT-01"  # the red one that goes through every step


def plan_for_objects(story: Story, due: Sequence[DueHousehold]) -> None:
    """Every monitored household has a measure for its main cause before anybody visits it."""
    for household in due:
        if not household.object_type:
            continue
        store = story.stores["village"]
        sheet = sheets.open_sheet(store, household.household_id, PERIOD, story.today)
        monitored = sheet.facts.monitored
        cause = monitored.causes[0] if monitored and monitored.causes else "other"
        for category, kind in dict.fromkeys((_BY_CAUSE.get(cause, _DEVELOPMENT), _DEVELOPMENT)):
            _plan_for_object(story, household.household_id, cause, category, kind)


def _plan_for_object(story: Story, household_id: str, cause: str, category: str, kind: str) -> None:
    store, actor = story.stores["village"], story.actors["village"]
    new = NewMeasure(
        household_id, category, kind, actor.name, cause=cause, planned_end_on=PERIOD.last_day
    )
    item, _ = measures.plan_measure(store, actor, new, story.today)
    given = StepInput("已联系办理", story.today)
    measures.act_measure(store, actor, item.item_id, "start", given, story.today)


def determine(story: Story) -> None:
    """The county determines what it was sent, and tells the departments."""
    story.tell("县审定、派部门")
    story.day = "determine"
    for line in _lines(story, "county", warning.PENDING_COUNTY):
        _act(story, "county", line, "determine", "同意")
        due = (line.remedy_due_on or story.today) + timedelta(days=3)
        _act(story, "county", line, "assign", "", department=line.department or "农业农村局",
             contact="值班电话", due_on=due.isoformat())  # fmt: skip
    for line in _lines(story, "county", warning.ASSIGNED):
        if line.code in _HELP:
            _plan(story, line)
            person = _HELP[line.code][2]
            _act(story, "county", line, "start", "", responsible_person=person)


def deliver(story: Story) -> None:
    """The water office reports its pipe; the county writes that down, and all of it goes down."""
    story.tell("部门补短：措施落实")
    story.day = "deliver"
    store, actor = story.stores["county"], story.actors["county"]
    for line in _lines(story, "county", warning.REMEDYING):
        if line.code != CLOSED_CODE:
            continue
        result = _HELP[line.code][3]
        page = warnings.show_warning(store, line.warning_id, story.today)
        for measure_id in page.measure_ids:
            given = StepInput(result, story.today, {"beneficiary": "全户"})
            measures.act_measure(store, actor, measure_id, "finish", given, story.today)
        _act(story, "county", line, "done", result)
    carry(story, "county", "township")
    carry(story, "township", "village")


def follow_up(story: Story) -> None:
    """The village looks whether the water runs; the township asks for 销号."""
    story.tell("村回访，镇申请销号")
    story.day = "follow_up"
    store, actor = story.stores["village"], story.actors["village"]
    for line in _lines(story, "village", warning.REMEDIED):
        new = NewVisit(line.household_id, story.today, "onsite", content="水已正常，农户满意")
        visits.record(store, actor, new, story.today)
    carry(story, "village", "township")
    for line in _lines(story, "township", warning.REMEDIED):
        _act(story, "township", line, "request-close", "已回访")
    carry(story, "township", "county")


def close(story: Story) -> None:
    """The county checks and strikes off; the answer goes down to the village."""
    story.tell("县核实销号")
    story.day = "check"
    actor = story.actors["county"]
    for line in _lines(story, "county", warning.CLOSING_REQUESTED):
        updated = story.today - timedelta(days=1)
        _act(story, "county", line, "close", "查看回访记录和照片", checker=actor.name,
             check_way="上门核实", system_updated_on=updated.isoformat())  # fmt: skip
        story.closed += 1
    carry(story, "county", "township")
    carry(story, "township", "village")


def _plan(story: Story, line: WarningLine) -> None:
    store, actor = story.stores["county"], story.actors["county"]
    category, kind, person, _ = _HELP[line.code]
    new = NewMeasure(
        line.household_id,
        category,
        kind,
        person,
        warning_ids=(line.warning_id,),
        department=line.department,
        measure_level="county",
        planned_end_on=story.today + timedelta(days=7),
    )
    item, _ = measures.plan_measure(store, actor, new, story.today)
    given = StepInput("已派人", story.today)
    measures.act_measure(store, actor, item.item_id, "start", given, story.today)


def _lines(story: Story, level: str, state: str) -> list[WarningLine]:
    lines = warnings.list_warnings(story.stores[level], story.today)
    return [line for line in lines if line.state == state]


def _act(
    story: Story, level: str, line: WarningLine, action: str, note: str, **values: str
) -> None:
    given = StepInput(note, story.today, values)
    warnings.act(story.stores[level], story.actors[level], line.warning_id, action, given)
