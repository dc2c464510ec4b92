"""What a step of a warning depends on beyond the table: measures, proof, dates, persons."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels, warning
from app.domain.period import Period
from app.models.form import Answer, Sheet, Visit
from app.models.replica import OperatorRow
from app.models.step import Step
from app.models.team import TeamMember
from app.ops import catalogue, measure_rows, pictures, proofs
from app.ops.errors import DuplicateWarningError, StepConditionError, StepDateError
from app.ops.lives import (
    Added,
    Living,
    StepInput,
    Who,
    bad_data,
    chosen,
    day,
    history,
    not_after,
    not_before,
)
from app.ops.proofs import Proofs
from app.ops.warning_rows import (
    Loaded,
    default_due,
    demands_photo,
    department,
    is_grave,
    load,
    remedy_due,
)

FOLLOW_UP = "follow_up"  # Visit.purpose of a 回访
MET = frozenset({"onsite", "onsite_family", "phone"})  # a 回访 reaches somebody of the household
MIN_REASON = 5  # characters of a manual warning's reason


def extra_needs(session: Session, loaded: Loaded) -> dict[str, Sequence[str]]:
    """Return the needs that depend on the warning.

    A red one is no false alarm of one person. Help is shown by a photo where question and level
    ask for one, or by words why there is none.
    """
    needs: dict[str, Sequence[str]] = {}
    if loaded.severity == "red":
        needs["false-alarm"] = ("second_person",)
    here = {row.action for row in loaded.thing.life.transitions if loaded.state in row.sources}
    asked = here & pictures.limits().demands["warning"]
    if asked and lacks_photo(session, loaded):
        needs |= dict.fromkeys(asked, (proofs.PHOTO,))
    return needs


def lacks_photo(session: Session, loaded: Loaded) -> bool:
    """Tell whether a photo is asked for now and has not been added.

    From 开始补短 on it is one of the help, not of the shortfall: on the warning, on a measure that
    answers it, or on a visit.
    """
    row, begun = loaded.row, loaded.thing.last("start")
    if loaded.state == warning.NEW:  # a manual one may fit no question
        return is_grave(loaded) and not proofs.has_any(session, "warning", [row.id])
    if not demands_photo(loaded):
        return False
    if begun is None:
        return not Proofs(session, {row.household_id}).of(row)
    since = begun.step_on
    visits = select(Visit.id).filter_by(household_id=row.household_id)
    places = {
        "warning": [row.id],
        "measure": [m.row.id for m in _measures(session, loaded)],
        "visit": list(session.scalars(visits.where(Visit.visited_on >= since))),
    }
    return not any(proofs.has_any(session, table, ids, since) for table, ids in places.items())


def completed(loaded: Loaded, action: str, given: StepInput) -> StepInput:
    """Return the data of a step with what the catalogue knows: an order goes to its department."""
    if action != "assign" or given.get("department"):
        return given
    return replace(given, values={**given.values, "department": department(loaded)})


def prepare(
    session: Session, loaded: Loaded, action: str, who: Who, given: StepInput, on: date
) -> Added:
    """Return what is added to the step.

    Raises:
        StepConditionError, StepDataError, StepDateError: it may not be taken yet.
    """
    rule = _RULES.get(action)
    if rule is None:
        return Added()
    return rule(session, loaded, who, given, on)


def _confirm(_s: Session, loaded: Loaded, _who: Who, given: StepInput, on: date) -> Added:
    return Added(due=_due_after(given, on) or default_due(loaded, on))


def _open(_s: Session, loaded: Loaded, _who: Who, given: StepInput, on: date) -> Added:
    if len(given.note.strip()) < MIN_REASON:
        raise bad_data("note", given.note, f"至少写{MIN_REASON}个字")
    return Added(due=_due_after(given, on) or default_due(loaded, on))


def _false_alarm(session: Session, loaded: Loaded, who: Who, given: StepInput, on: date) -> Added:
    reason = chosen(given, "reason", warning.FALSE_ALARM_REASONS)
    if reason == "其他" and not given.note.strip():
        raise bad_data("note", "", "选“其他”要写明")
    if given.get("second_person") == who.actor.name:
        raise bad_data("second_person", given.get("second_person"), "要另一个人")
    _require_of_team(session, loaded, given, on)
    return Added()


def _require_of_team(session: Session, loaded: Loaded, given: StepInput, on: date) -> None:
    """The second person is one of the village's team, or of who uses this replica.

    A village without a team list takes any name.
    """
    rows = select(TeamMember).filter_by(scope=loaded.row.scope)
    team = {one.name for one in session.scalars(rows) if one.left_on is None or one.left_on > on}
    known = team | set(session.scalars(select(OperatorRow.name)))
    name = given.get("second_person")
    if team and name and name not in known:
        raise bad_data("second_person", name, "请从工作队名单里选")


def _reinstate(session: Session, loaded: Loaded, _who: Who, _g: StepInput, _on: date) -> Added:
    """One open warning per code and subject: the newer one goes on, the old one stays ended."""
    own = (loaded.row.code, loaded.row.member_id)
    for other in load(session, {loaded.row.household_id}):
        if (other.row.code, other.row.member_id) == own and other.state not in warning.ENDED:
            raise DuplicateWarningError(code=loaded.row.code)
    return Added()


def _assign(_s: Session, loaded: Loaded, _who: Who, given: StepInput, on: date) -> Added:
    """One department leads; further ones stand in ``departments``, joined by 、."""
    names = given.get("departments").replace(",", "、").split("、")
    lead = labels.department(given.get("department"))
    others = [labels.department(name) for name in names if name.strip()]
    joined = "、".join(dict.fromkeys([lead, *others]))
    due = _due_after(given, on) or remedy_due(loaded)[0]
    return Added(due=due, more={"departments": joined})


def _start(session: Session, loaded: Loaded, who: Who, _given: StepInput, _on: date) -> Added:
    measures = _measures(session, loaded)
    if not measures:
        raise StepConditionError(
            action="开始补短", reason="还没有针对它的措施", way_out="请先登记措施，并选上这条预警。"
        )
    is_own = loaded.state == warning.DETERMINED
    if is_own and any(m.row.measure_level == "county" for m in measures):
        raise StepConditionError(
            action="村镇自办", reason="措施要县级部门落实", way_out="请先派部门。"
        )
    if is_own and who.level == "village" and any(_is_above_village(m) for m in measures):
        raise StepConditionError(
            action="村里自办", reason="措施要镇里落实", way_out="请由镇里办理。"
        )
    return Added(more={"measure_ids": ",".join(m.row.id for m in measures)})


def _done(session: Session, loaded: Loaded, _who: Who, _given: StepInput, on: date) -> Added:
    measures = _measures(session, loaded)
    open_ones = [m for m in measures if not measure_rows.is_delivered(m)]
    if open_ones or not measures:
        kinds = "、".join(m.row.measure_kind for m in open_ones) or "没有措施"
        raise StepConditionError(
            action="已补短", reason=f"措施还没有落实：{kinds}", way_out="请先在措施里登记落实结果。"
        )
    last = max(d for m in measures if (d := measure_rows.delivered_on(m)))
    not_before(on, last, "措施落实")
    return Added()


def _request(session: Session, loaded: Loaded, _who: Who, given: StepInput, on: date) -> Added:
    proof = closing_proof(session, loaded, given.get("visit_id"), on)
    if proof is None:
        is_event = is_event_item(loaded)
        reason = "补短以后还没有回访" if is_event else "补短以后既没有正常的答案，也没有回访"
        raise StepConditionError(
            action="申请销号", reason=reason, way_out="请由没有参与补短的人回访并登记。"
        )
    return Added(more={"proof": proof})


def _close(session: Session, loaded: Loaded, who: Who, given: StepInput, on: date) -> Added:
    if chosen(given, "check_way", warning.CHECK_WAYS) == warning.BY_DOCUMENTS:
        _require_sample(session, loaded, who, on)
    updated = day(given, "system_updated_on")
    done = loaded.thing.last("done")
    name = "system_updated_on"
    not_after(updated, on, "核实日期", name)
    not_before(updated, done.step_on if done else None, "补短完成", name)
    return Added()


def _require_sample(session: Session, loaded: Loaded, who: Who, on: date) -> None:
    """Of the yellow ones that a level closes in a month, close_sample are looked at (A15).

    Among the first five one by documents too many is the fifth, by 20 %.
    """
    if loaded.severity != "yellow":
        return
    month = Period.of(on)
    query = select(Step.values).filter_by(subject="warning", action="close", level=who.level)
    within = Step.step_on.between(month.first_day, month.last_day)
    others = list(session.scalars(query.where(within)))
    seen = sum(json.loads(text).get("check_way") != warning.BY_DOCUMENTS for text in others if text)
    share = Decimal(str(loaded.policy.process["close_sample"]))
    if seen < int((len(others) + 1) * share):
        raise StepConditionError(
            action="核实销号",
            reason=f"本月销号的还没有按{share:.0%}抽查",
            way_out="这一条请上门或电话核实以后再销。",
        )


def _return(_s: Session, loaded: Loaded, _who: Who, given: StepInput, on: date) -> Added:
    if loaded.state != warning.CLOSING_REQUESTED:
        return Added()
    return Added(due=_due_after(given, on))


def _extend(_s: Session, loaded: Loaded, who: Who, given: StepInput, on: date) -> Added:
    new, (current, _original) = _due_after(given, on), remedy_due(loaded)
    if new is not None and current is not None and new <= current:
        raise StepDateError(on=new.isoformat(), reason=f"不晚于现在的到期日（{current}）")
    before = [s for s, row in loaded.thing.standing.taken if row.action == "extend"]
    if who.level == "township" and any(step.level == "township" for step in before):
        raise StepConditionError(
            action="延期", reason="镇里已延过一次", way_out="再延请报县里办理。"
        )
    return Added(due=new)


def _turn(_s: Session, loaded: Loaded, who: Who, given: StepInput, _on: date) -> Added:
    del who
    new = chosen(given, "severity", warning.SEVERITIES, "severity")
    if new == loaded.severity:
        raise bad_data("severity", labels.label("severity", new), "现在就是这一级")
    return Added(kind=new)


def _raise(s: Session, loaded: Loaded, who: Who, given: StepInput, on: date) -> Added:
    found = _turn(s, loaded, who, given, on)
    if warning.RANK[found.kind] < warning.RANK[loaded.severity]:
        raise bad_data("severity", given.get("severity"), "比现在低，应用降级")
    return found


def _lower(s: Session, loaded: Loaded, who: Who, given: StepInput, on: date) -> Added:
    found = _turn(s, loaded, who, given, on)
    if warning.RANK[found.kind] > warning.RANK[loaded.severity]:
        raise bad_data("severity", given.get("severity"), "比现在高，应用升级")
    return found


def _urgent(_s: Session, loaded: Loaded, _who: Who, _given: StepInput, _on: date) -> Added:
    if not may_be_urgent(loaded):
        raise StepConditionError(
            action="先行救助", reason="只有红色预警和灾害、意外可以先救", way_out="请按一般流程办。"
        )
    return Added()


_RULES = {
    "open": _open,
    "confirm": _confirm,
    "false-alarm": _false_alarm,
    "reinstate": _reinstate,
    "assign": _assign,
    "start": _start,
    "done": _done,
    "request-close": _request,
    "close": _close,
    "return": _return,
    "extend": _extend,
    "raise": _raise,
    "lower": _lower,
    "urgent": _urgent,
}


def may_be_urgent(loaded: Loaded) -> bool:
    """Tell whether help may come before review: any red one, disasters, fires and accidents.

    A manual one has no parts: whoever opened it knows what happened.
    """
    if loaded.severity == "red":
        return True
    parts = set(filter(None, loaded.row.parts.split(",")))
    is_such = loaded.row.is_manual or bool(parts & warning.URGENT_PARTS)
    return loaded.row.code == warning.URGENT_CODE and is_such


def is_event_item(loaded: Loaded) -> bool:
    """Tell whether only a 回访 proves the remedy: a later answer says nothing of an event."""
    return loaded.row.code in loaded.policy.process["event_items"]


def closing_proof(session: Session, loaded: Loaded, visit_id: str, on: date) -> str | None:
    """Return what proves the remedy, ``visit:<id>`` or ``sheet:<id>``; None if nothing does.

    A 回访 after the completion date by somebody who did not remedy; for a state item also a good
    answer after that date.
    """
    done = loaded.thing.last("done")
    if done is None:
        return None
    remediers = _remediers(session, loaded)
    visits = select(Visit).where(
        Visit.household_id == loaded.row.household_id,
        Visit.purpose == FOLLOW_UP,
        Visit.visited_on > done.step_on,
        Visit.visited_on <= on,
    )
    for visit in session.scalars(visits.order_by(Visit.visited_on)):
        is_asked_for = not visit_id or visit.id == visit_id
        if is_asked_for and visit.visit_way in MET and visit.visitor not in remediers:
            return f"visit:{visit.id}"
    if is_event_item(loaded) or visit_id:
        return None
    return _good_answer(session, loaded, done.step_on, on)


def _good_answer(session: Session, loaded: Loaded, after: date, on: date) -> str | None:
    """Return the sheet that was submitted after a day and found nothing of this code."""
    row = loaded.row
    query = select(Sheet).where(
        Sheet.household_id == row.household_id,
        Sheet.submitted_on > after,
        Sheet.submitted_on <= on,
    )
    question = catalogue.form_for(Period.parse(row.period)).by_code.get(row.code)
    for sheet in session.scalars(query.order_by(Sheet.period)):
        if row.code in sheet.shortfall_codes.split(","):
            continue
        if question is None or _has_answer(session, sheet.id, row.code, row.member_id):
            return f"sheet:{sheet.id}"
    return None


def _has_answer(session: Session, sheet_id: str, code: str, member_id: str) -> bool:
    """Tell whether a question was really answered; a resting one proves nothing."""
    query = select(Answer.value).filter_by(sheet_id=sheet_id, question=code, member_id=member_id)
    value = session.scalars(query).first()
    return bool(value) and not str(value).startswith("_")


def _remediers(session: Session, loaded: Loaded) -> set[str]:
    """Return who remedied: the persons of the measures and those named in the steps."""
    measures = _measures(session, loaded)
    found = {m.row.responsible_person for m in measures}
    for line in history(loaded.thing):
        if line.action in ("start", "done"):
            found.add(line.values.get("responsible_person", ""))
            if line.level == "village":
                found.add(line.actor)
    return found - {""}


def missing_proof(loaded: Loaded, photos: int) -> str:
    """Return what a batch must not pass over: the photo that question and level ask for."""
    return "" if photos or not demands_photo(loaded) else "缺照片"


def _measures(session: Session, loaded: Loaded) -> list[Living]:
    return measure_rows.answering(session, loaded.row.id, loaded.row.household_id)


def _is_above_village(measure: Living) -> bool:
    return measure.row.measure_level not in ("", "village")


def _due_after(given: StepInput, on: date) -> date | None:
    due = day(given, "due_on")
    not_before(due, on, "办理日期", "due_on")
    return due
