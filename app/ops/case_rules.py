"""What a step of a case depends on beyond the table: team, votes, dates, publicity, causes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import case as domain
from app.domain import labels, rules
from app.domain.labels import LABELS
from app.domain.measure import MOST_MONEY
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.procedure import Procedure, procedure_for
from app.models.household import HelperAssignment, Household, Member
from app.models.plan import Measure
from app.models.register import NegativeCheck
from app.models.step import steps_of
from app.ops import calendars, policies, removal_checks, sheet_context
from app.ops.case_rows import LoadedCase
from app.ops.errors import StepConditionError
from app.ops.limits import limit
from app.ops.lives import (
    Added,
    StepInput,
    Who,
    bad_data,
    begun_on,
    chosen,
    day,
    not_after,
    not_before,
    number,
    values_of,
)
from app.ops.sheet_context import month_of
from app.ops.step_words import DATA_LABELS

_NONE = "无"
_IDENTITY_DOUBTS = frozenset({"D-01", "D-02", "D-03", "D-04", "D-05"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that somebody wants to take with a case."""

    found: LoadedCase
    who: Who
    given: StepInput
    on: date
    policy: Policy
    procedure: Procedure
    facts: Mapping[str, str] = field(default_factory=dict)


def procedure_of(session: Session, village: str, on: date) -> tuple[Policy, Procedure]:
    """Return the parameters and the procedure template of a village on a day."""
    policy = policies.policy_for(session, Period.of(on), village)
    return policy, procedure_for(calendars.procedures(), policy, on)


def prepare(session: Session, asked: Asked, action: str) -> Added:
    """Return what the program adds to a step.

    Raises:
        StepConditionError, StepDataError, StepDateError: it may not be taken yet.
    """
    rule = _RULES.get(action)
    return rule(session, asked) if rule else Added()


def causes_of(given: StepInput) -> str:
    """Return the cause keys in their order, joined by a comma.

    Raises:
        StepDataError: an unknown cause, or 其他 without words.
    """
    words = given.get("causes").replace("、", ",").split(",")
    try:
        keys = [labels.key("risk_cause", word) for word in words if word.strip()]
    except ValueError as error:
        raise bad_data("causes", given.get("causes"), str(error)) from error
    if "other" in keys and not given.get("cause_note"):
        raise bad_data("cause_note", "", "风险原因选“其他”的要写明是什么")
    if not any(keys):
        raise bad_data("causes", "", "至少写一个风险原因")
    return ",".join(dict.fromkeys(keys))


def money(given: StepInput, name: str) -> Decimal:
    """Return an amount that a step brings.

    Raises:
        StepDataError: not an amount.
    """
    try:
        found = Decimal(given.get(name).replace(",", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= MOST_MONEY:
        raise bad_data(name, given.get(name), "应是数字，如 12000")
    return found


def _team(_s: Session, asked: Asked) -> Added:
    text = asked.given.get("team").replace(",", "、")
    people = list(dict.fromkeys(name.strip() for name in text.split("、") if name.strip()))
    if len(people) < asked.procedure.team_min:
        raise bad_data("team", text, f"至少{asked.procedure.team_min}人，用、隔开")
    return Added(more={"team": "、".join(people)})


def _verify(session: Session, asked: Asked) -> Added:
    added = _team(session, asked)
    object_type = chosen(asked.given, "object_type", LABELS["object_type"], "object_type")
    clue = asked.found.clue
    _between(asked, "letter_signed_on", clue.received_on if clue else None, "收到线索")
    return Added(more={**added.more, "object_type": object_type, "causes": causes_of(asked.given)})


def _exclude(_s: Session, asked: Asked) -> Added:
    """The farmer is told of what the step before found."""
    _after_last(asked, "told_on")
    return Added()


def _tell(_s: Session, asked: Asked) -> Added:
    """The farmer hears once of a decision: at the step, or afterwards by whoever told him."""
    if not waits_for_answer(asked.found):
        raise StepConditionError(action="已答复农户", reason="已经答复过", way_out="不用再办。")
    excluded = asked.found.thing.last("exclude")
    _between(asked, "told_on", excluded.step_on if excluded else None, "不纳入")
    return Added()


def waits_for_answer(found: LoadedCase) -> bool:
    """Tell whether nobody has told the farmer yet that the household is not included (B4)."""
    last = found.thing.last("exclude", "tell", "reopen")
    return last is not None and last.action == "exclude" and not values_of(last).get("told_on")


def _publicise(_s: Session, asked: Asked) -> Added:
    if not asked.procedure.publicity_on:
        raise StepConditionError(
            action="公示", reason=f"{asked.procedure.label}规定不公示", way_out="请办“不公示”。"
        )
    return _meeting(asked)


def _skip(_s: Session, asked: Asked) -> Added:
    if asked.procedure.publicity_on:
        raise StepConditionError(
            action="不公示", reason=f"{asked.procedure.label}规定要公示", way_out="请办“公示”。"
        )
    return _meeting(asked)


def _meeting(asked: Asked) -> Added:
    """Attendance and votes of the 评议会: no more votes than people, and a majority."""
    given = asked.given
    _refuse_proven(asked)
    if asked.found.thing.state in (domain.MONITORING, domain.RISK_REMOVED):
        _between(asked, "meeting_on", begun_on(asked.found.case), "识别")  # 清退
    else:
        _after_last(asked, "meeting_on")
    problem = domain.vote_problem(
        number(given, "present"),
        number(given, "votes_yes"),
        number(given, "votes_no"),
        number(given, "votes_abstain"),
    )
    if problem:
        raise bad_data("votes_yes", given.get("votes_yes"), problem)
    return Added()


def _end_publicity(_s: Session, asked: Asked) -> Added:
    last = asked.found.thing.last()
    if last is not None:
        _require_published(asked, last.step_on, "公示期满")
    objections = asked.given.get("objections")
    if objections != _NONE and not asked.given.get("objections_settled"):
        raise bad_data("objections_settled", "", "有异议的要写明怎么处理的")
    return Added()


def _refuse_proven(asked: Asked) -> None:
    """What the visit found on the negative list and proved keeps a household out (B4)."""
    thing = asked.found.thing
    verified = thing.last("verify")
    is_asked = thing.state == domain.TO_DELIBERATE and verified is not None
    said = values_of(verified) if is_asked and verified else {}
    if said.get("negative_conclusion") == domain.NEGATIVE_PROVEN:
        raise StepConditionError(
            action="评议", reason="入户核实的负面清单属实", way_out="请办“不纳入”，并答复农户。"
        )


def _require_published(asked: Asked, since: date, action: str) -> None:
    days = asked.procedure.publicity_days
    until = since + timedelta(days=days)
    if asked.on < until:
        raise StepConditionError(
            action=action, reason=f"要公示满{days}天", way_out=f"{until.isoformat()}起可办。"
        )


def _pass(session: Session, asked: Asked) -> Added:
    """Identity doubts are free or explained before the township passes."""
    row = asked.found.thing.row
    context = sheet_context.one(session, month_of(Period.of(asked.on), asked.on), row.household_id)
    findings = rules.evaluate(context.facts, context.form, context.policy)
    codes = sorted({f.code for f in findings} & _IDENTITY_DOUBTS)
    if codes and not asked.given.get("explanation"):
        raise StepConditionError(
            action="镇审通过",
            reason=f"还有身份数据疑点：{'、'.join(codes)}",
            way_out=f"请先更正，或填“{DATA_LABELS['explanation']}”。",
        )
    return Added(more={"doubts": "、".join(codes)} if codes else {})


def _approve(_s: Session, asked: Asked) -> Added:
    object_type = chosen(asked.given, "object_type", LABELS["object_type"], "object_type")
    clue = asked.found.clue
    until = limit(asked.policy, "identify_days", clue.received_on) if clue else asked.on
    late = {"identify_late": "是"} if asked.on > until else {}
    return Added(more={"object_type": object_type, "causes": causes_of(asked.given), **late})


def _enter(_s: Session, asked: Asked) -> Added:
    """Entering after entry_days is a 补录."""
    approved = asked.found.thing.last("approve")
    late = approved is not None and asked.on > limit(asked.policy, "entry_days", approved.step_on)
    more = {"entered_in_national_system_on": asked.on.isoformat()}
    return Added(more={**more, "late_entry": "是"} if late else more)


def _request_removal(session: Session, asked: Asked) -> Added:
    """Village: every check ✓. Township: by reason, all but those that nobody may override."""
    added = _team(session, asked)
    way = chosen(asked.given, "removal_way", LABELS["removal_way"], "removal_way")
    checks = removal_checks.checks(session, asked.found, asked.on, way)
    is_township = asked.who.level == "township"
    failed = [c for c in checks if not c.ok and not (is_township and c.overridable)]
    if failed:
        words = "；".join(f"{c.label}（{c.detail}）" if c.detail else c.label for c in failed)
        raise StepConditionError(
            action="申请风险消除", reason=f"未达到：{words}", way_out="逐项达到后再办。"
        )
    overridden = "、".join(c.key for c in checks if not c.ok)
    more = {**added.more, "removal_way": way}
    return Added(more={**more, "overridden": overridden} if overridden else more)


def _removal_approve(_s: Session, asked: Asked) -> Added:
    found = money(asked.given, "per_capita")
    if found < 0:
        raise bad_data("per_capita", asked.given.get("per_capita"), "不能是负数")
    return Added(more={"per_capita": format(found, "f")})


def _monitor(session: Session, asked: Asked) -> Added:
    """A household that is monitored has measures, and somebody who answers for it."""
    home = asked.found.thing.row.household_id
    helpers = session.scalars(select(HelperAssignment).filter_by(household_id=home))
    if not any(h.ended_on is None or h.ended_on >= asked.on for h in helpers):
        raise StepConditionError(
            action="按月监测", reason="还没有帮扶责任人", way_out="请先在户里登记帮扶责任人。"
        )
    if session.scalars(select(Measure.id).filter_by(household_id=home)).first() is None:
        raise StepConditionError(
            action="按月监测", reason="还没有帮扶措施", way_out="请先拟定一户一策。"
        )
    return Added()


def _change_type(_s: Session, asked: Asked) -> Added:
    new = chosen(asked.given, "object_type", LABELS["object_type"], "object_type")
    case = asked.found.case
    if case is not None and new == case.object_type:
        raise bad_data("object_type", labels.label("object_type", new), "现在就是这一类")
    old = case.object_type if case else ""
    return Added(more={"object_type": new, "object_type_was": old})


def _propose_clear_out(_s: Session, asked: Asked) -> Added:
    _clear_out_reason(asked.given)
    return _meeting(asked)


def _pass_clear_out(_s: Session, asked: Asked) -> Added:
    """公示 per template: the notice of the proposal hangs its full days before the township."""
    proposed = asked.found.thing.last("propose-clear-out")
    if asked.procedure.publicity_on and proposed is not None:
        _require_published(asked, proposed.step_on, "同意清退")
    return Added()


def _clear_out(session: Session, asked: Asked) -> Added:
    """清退 needs a negative-list finding that was proven, or a proof of its own."""
    _clear_out_reason(asked.given)
    row = asked.found.thing.row
    proven = _proven(session, row.household_id)
    if not proven and not asked.given.get("proof"):
        raise StepConditionError(
            action="清退",
            reason="没有核实属实的负面清单，也没有佐证",
            way_out="请先办负面清单核查，或写明佐证。",
        )
    return Added(more={"negative_codes": "、".join(proven)} if proven else {})


def _proven(session: Session, household_id: str) -> list[str]:
    rows = list(session.scalars(select(NegativeCheck).filter_by(household_id=household_id)))
    steps = steps_of(session, "negative_check", [row.id for row in rows])
    return sorted(
        {row.code for row in rows if any(s.action == "prove" for s in steps.get(row.id, []))}
    )


def _clear_out_reason(given: StepInput) -> None:
    reason = chosen(given, "reason", domain.CLEAR_OUT_REASONS)
    if reason == "其他" and not given.note.strip():
        raise bad_data("note", "", "选“其他”要写明")


def _extinguish(session: Session, asked: Asked) -> Added:
    home = session.get_one(Household, asked.found.thing.row.household_id)
    people = select(Member).filter_by(household_id=home.id, member_status="present")
    left = len(list(session.scalars(people)))
    if left:
        raise StepConditionError(
            action="整户消亡", reason=f"家里还有{left}人在户", way_out="请先办自然减少。"
        )
    return Added()


def _causes(_s: Session, asked: Asked) -> Added:
    return Added(more={"causes": causes_of(asked.given)})


def _after_last(asked: Asked, name: str) -> None:
    """A meeting, or word to the farmer, follows from what the step before found."""
    last = asked.found.thing.last()
    earliest = last.step_on if last else begun_on(asked.found.thing.row)
    _between(asked, name, earliest, "上一步" if last else "登记那天")


def _between(asked: Asked, name: str, earliest: date | None, what: str) -> None:
    given = day(asked.given, name)
    not_before(given, earliest, what, name)
    not_after(given, asked.on, "办理日期", name)


_RULES = {
    "accept": _team,
    "verify": _verify,
    "exclude": _exclude,
    "publicise": _publicise,
    "skip-publicity": _skip,
    "end-publicity": _end_publicity,
    "pass": _pass,
    "approve": _approve,
    "enter": _enter,
    "monitor": _monitor,
    "request-removal": _request_removal,
    "removal-deliberate": _publicise,
    "removal-skip-publicity": _skip,
    "removal-publicise": _end_publicity,
    "removal-approve": _removal_approve,
    "propose-type": _change_type,
    "change-type": _change_type,
    "propose-clear-out": _propose_clear_out,
    "pass-clear-out": _pass_clear_out,
    "clear-out": _clear_out,
    "tell": _tell,
    "extinguish": _extinguish,
    "re-identify": _causes,
}
