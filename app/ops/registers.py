"""Campaigns, issues, doubts and negative-list checks: list, show, open, lead along their lives."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels, registers
from app.domain.labels import LABELS
from app.domain.ownership import Actor, covers
from app.domain.period import Period
from app.models.base import Journaled, natural_id
from app.models.household import Household, Member
from app.models.ownership import bundled
from app.models.register import CampaignResult, DataDoubt, Issue, NegativeCheck, ReviewCampaign
from app.models.store import Store
from app.ops import due_list, policies
from app.ops.changed import Changed
from app.ops.errors import (
    StepConditionError,
    UnknownHouseholdError,
)
from app.ops.items import Item, Shown, item
from app.ops.lives import (
    Living,
    StepInput,
    Who,
    bad_data,
    check,
    not_after,
    not_before,
    write_step,
)
from app.ops.names import Names
from app.ops.register_rows import (
    BY_SUBJECT,
    CAMPAIGN,
    DOUBT,
    NEGATIVE,
    Register,
    households_of,
    load,
    one,
)


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """A campaign to plan. ``household_ids`` empty: every household of the village.

    ``village``: whose campaign it is, for the levels above; "" is one's own.
    """

    campaign_kind: str
    name: str
    starts_on: date
    ends_on: date | None = None
    content: str = ""
    household_ids: tuple[str, ...] = ()
    village: str = ""


@dataclass(frozen=True, slots=True)
class NewIssue:
    """A problem to set right. ``household_id`` "": of the whole village."""

    source: str
    text: str
    due_on: date | None = None
    household_id: str = ""
    campaign_id: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A doubt or a negative-list finding from above. ``code``: of the rule, D-… or N-…."""

    household_id: str
    code: str
    message: str
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a campaign has come, in households."""

    due: int
    checked: int
    problems: int
    not_checked: tuple[str, ...]  # household ids without a result, or with 未查到


def list_entries(
    store: Store,
    subject: str,
    today: date,
    actor: Actor,
    *,
    household_id: str = "",
    only_open: bool = True,
) -> list[Item]:
    """Return the things of a register; a campaign belongs to every household it looks at."""
    register = BY_SUBJECT[subject]
    if register is CAMPAIGN:
        return list_campaigns(store, today, actor, household_id=household_id, only_open=only_open)
    return _list(store, register, today, actor, household_id, only_open)


def list_campaigns(
    store: Store, today: date, actor: Actor, *, household_id: str = "", only_open: bool = True
) -> list[Item]:
    """Return the campaigns (with a household: those that look at it)."""
    found = _list(store, CAMPAIGN, today, actor, "", only_open)
    if not household_id:
        return found
    return [c for c in found if household_id in (c.fields["household_ids"] or household_id)]


def list_doubts(
    store: Store, today: date, actor: Actor, *, household_id: str = "", only_open: bool = True
) -> list[Item]:
    """Return the doubts."""
    return _list(store, DOUBT, today, actor, household_id, only_open)


def list_negatives(
    store: Store, today: date, actor: Actor, *, household_id: str = "", only_open: bool = True
) -> list[Item]:
    """Return the negative-list checks."""
    return _list(store, NEGATIVE, today, actor, household_id, only_open)


def show_entry(store: Store, subject: str, item_id: str, today: date, actor: Actor) -> Item:
    """Return one thing of a register (review_campaign, issue, data_doubt, negative_check).

    Raises:
        UnknownItemError: no such thing.
    """
    with store.read() as session:
        thing = one(session, BY_SUBJECT[subject], item_id)
        return _items(session, [thing], Who(actor, store.level), today)[0]


def act_entry(  # noqa: PLR0913, PLR0917  which thing, which step, with which data, on which day
    store: Store,
    actor: Actor,
    subject: str,
    item_id: str,
    action: str,
    given: StepInput,
    today: date,
) -> tuple[Item, Changed]:
    """Lead one thing of a register a step along its life.

    Raises:
        UnknownItemError, StepNotAllowedError, StepRoleError, MissingStepDataError,
        StepDateError, StepConditionError: nothing is written.
    """
    given, who = replace(given, on=given.on or today), Who(actor, store.level)
    not_after(given.on, today, "今天")
    with store.write(f"{subject}.{action}", actor, given.note) as session:
        thing = one(session, BY_SUBJECT[subject], item_id)
        check(thing, action, who, given, given.on or today)
        if subject == CAMPAIGN.life.subject and action == "finish":
            _require_all_checked(session, thing.row)
            _open_left_issues(session, thing.row, today)
        write_step(session, thing, action, who, given)
        if subject == CAMPAIGN.life.subject and action == "start":
            due_list.add(session, store, due_list.asked_for(session, store.area_code))
        home = getattr(thing.row, "household_id", "")
    changed = Changed(frozenset({subject}), frozenset(filter(None, [home])))
    return show_entry(store, subject, item_id, today, actor), changed


def open_campaign(
    store: Store, actor: Actor, new: NewCampaign, today: date
) -> tuple[Item, Changed]:
    """Plan a campaign.

    Raises:
        StepDataError, StepDateError: nothing is written.
    """
    if new.campaign_kind not in LABELS["campaign_kind"]:
        shown = "、".join(LABELS["campaign_kind"].values())
        raise bad_data("campaign_kind", new.campaign_kind, f"可填：{shown}")
    if not new.name.strip():
        raise bad_data("name", "", "要写")
    not_before(new.ends_on, new.starts_on, "开始日", "ends_on")
    row = ReviewCampaign(
        scope=new.village or store.area_code,
        campaign_kind=new.campaign_kind,
        name=new.name.strip(),
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        content=new.content,
        household_ids=",".join(new.household_ids),
    )
    return _add(store, actor, row, today)


def open_issue(store: Store, actor: Actor, new: NewIssue, today: date) -> tuple[Item, Changed]:
    """Note an issue.

    Raises:
        StepDataError, StepDateError: nothing is written.
    """
    if new.source not in registers.ISSUE_SOURCES:
        shown = "、".join(registers.ISSUE_SOURCES)
        raise bad_data("source", new.source, f"可填：{shown}")
    if not new.text.strip():
        raise bad_data("text", "", "要写明")
    not_before(new.due_on, today, "今天", "due_on")
    if new.campaign_id:
        with store.read() as session:
            one(session, CAMPAIGN, new.campaign_id)
    row = Issue(
        scope=new.village or store.area_code,
        household_id=new.household_id,
        campaign_id=new.campaign_id,
        source=new.source,
        text=new.text.strip(),
        found_on=today,
        due_on=new.due_on,
    )
    return _add(store, actor, row, today)


def open_finding(
    store: Store, actor: Actor, subject: str, new: NewFinding, today: date
) -> tuple[Item, Changed]:
    """Note a doubt (data_doubt) or a negative-list finding (negative_check) that came in a list.

    Raises:
        UnknownHouseholdError, StepDataError: nothing is written.
    """
    letter = {"data_doubt": "D", "negative_check": "N"}[subject]
    with store.read() as session:
        home = session.get(Household, new.household_id)
        if home is None:
            raise UnknownHouseholdError(text=new.household_id)
        text = policies.policy_for(session, Period.of(today), home.scope).rules.get(new.code)
        member = session.get(Member, new.member_id) if new.member_id else None
    if new.member_id and (member is None or member.household_id != home.id):
        raise bad_data("member_id", "", "不是本户的人")
    if text is None or not new.code.startswith(f"{letter}-"):
        raise bad_data("code", new.code, f"应是{letter}-开头的规则")
    row = BY_SUBJECT[subject].table(
        scope=home.scope,
        household_id=home.id,
        member_id=new.member_id,
        code=new.code,
        severity=text.severity,
        message=new.message.strip() or text.name,
        period=f"{today:%Y-%m}",
        opened_on=today,
    )
    return _add(store, actor, row, today)


def record_result(  # noqa: PLR0913, PLR0917  what was found where, and in which words
    store: Store,
    actor: Actor,
    campaign_id: str,
    household_id: str,
    result: str,
    note: str,
    today: date,
) -> Changed:
    """Note what a running campaign found in a household; 未查到 and 有问题 need words.

    有问题 opens an issue (processes f). Where a clerk notes it, the leader's «finish» does: issues
    are not an entry clerk's.

    Raises:
        UnknownItemError, StepConditionError, StepDataError: nothing is written.
    """
    if result not in LABELS["campaign_result"]:
        shown = "、".join(LABELS["campaign_result"].values())
        raise bad_data("campaign_result", result, f"可填：{shown}")
    if result != "fine" and not note.strip():
        label = labels.label("campaign_result", result)
        raise bad_data("campaign_result", label, "要写明")
    with store.write("review_campaign.result", actor) as session:
        thing = one(session, CAMPAIGN, campaign_id)
        if thing.state != "running":
            raise StepConditionError(
                action="登记结果", reason="排查不在进行中", way_out="请先开始。"
            )
        begun = thing.last("start")
        not_before(today, begun.step_on if begun else None, "开始排查")
        if household_id not in households_of(session, thing.row):
            raise bad_data("household_id", "", "不在这次排查的范围里")
        row_id = natural_id("campaign_result", campaign_id, household_id)
        row = session.get(CampaignResult, row_id)
        if row is None:
            row = CampaignResult(
                id=row_id,
                scope=thing.row.scope,
                campaign_id=campaign_id,
                household_id=household_id,
                campaign_result=result,
                note=note,
                checked_on=today,
                checked_by=actor.name,
            )
            session.add(row)
        else:
            row.campaign_result, row.note = result, note
            row.checked_on, row.checked_by = today, actor.name
        session.flush()
        may_open = bundled().tables["issue"].rule.allows(store.level, actor.role)
        is_opened = may_open and _open_issue_of(session, thing.row, row, today)
    tables = {"campaign_result", "issue"} if is_opened else {"campaign_result"}
    return Changed(frozenset(tables), frozenset({household_id}))


def coverage(store: Store, campaign_id: str) -> Coverage:
    """Return how far a campaign has come.

    Raises:
        UnknownItemError: no such campaign.
    """
    with store.read() as session:
        thing = one(session, CAMPAIGN, campaign_id)
        due = households_of(session, thing.row)
        results = _results(session, campaign_id)
    seen = {home for home, result in results.items() if result != "not_checked"}
    return Coverage(
        due=len(due),
        checked=len(seen & due),
        problems=sum(result == "problem" for result in results.values()),
        not_checked=tuple(sorted(due - seen)),
    )


def _open_left_issues(session: Session, row: ReviewCampaign, today: date) -> None:
    for result in session.scalars(select(CampaignResult).filter_by(campaign_id=row.id)):
        _open_issue_of(session, row, result, today)


def _open_issue_of(
    session: Session, row: ReviewCampaign, result: CampaignResult, today: date
) -> bool:
    """Open the issue of a household with 有问题; one per campaign and household."""
    issue_id = natural_id("issue", row.id, result.household_id)
    if result.campaign_result != "problem" or session.get(Issue, issue_id) is not None:
        return False
    is_ahead = row.ends_on is not None and row.ends_on >= today
    session.add(
        Issue(
            id=issue_id,
            scope=row.scope,
            household_id=result.household_id,
            campaign_id=row.id,
            source=registers.CAMPAIGN_SOURCE,
            text=result.note.strip(),
            found_on=result.checked_on,
            due_on=row.ends_on if is_ahead else None,
        )
    )
    session.flush()
    return True


def _require_all_checked(session: Session, row: ReviewCampaign) -> None:
    """Every household has a result; 未查到 with its reason is one. Ended ones are not asked."""
    ended = set(session.scalars(select(Household.id).where(Household.removed_on.is_not(None))))
    left = households_of(session, row) - set(_results(session, row.id)) - ended
    if left:
        raise StepConditionError(
            action="结束", reason=f"还有{len(left)}户没有结果", way_out="没查到的也请写明原因。"
        )


def _results(session: Session, campaign_id: str) -> dict[str, str]:
    rows = session.scalars(select(CampaignResult).filter_by(campaign_id=campaign_id))
    return {row.household_id: row.campaign_result for row in rows}


def _add(store: Store, actor: Actor, row: Journaled, today: date) -> tuple[Item, Changed]:
    subject = row.__tablename__
    if not covers(store.level, store.area_code, row.scope):
        raise bad_data("village", row.scope, "不在本级的地区里")
    with store.write(f"{subject}.open", actor) as session:
        session.add(row)
        session.flush()
        item_id = row.id
        home = getattr(row, "household_id", "")
    changed = Changed(frozenset({subject}), frozenset(filter(None, [home])))
    return show_entry(store, subject, item_id, today, actor), changed


def _list(
    store: Store,
    register: Register,
    today: date,
    actor: Actor,
    household_id: str,
    only_open: bool,
) -> list[Item]:
    with store.read() as session:
        found = load(session, register, household_id)
        if only_open:
            found = [thing for thing in found if thing.is_open]
        return _items(session, found, Who(actor, store.level), today)


def _items(session: Session, found: list[Living], who: Who, today: date) -> list[Item]:
    homes = {home for t in found if (home := getattr(t.row, "household_id", ""))}
    names = Names.of(session, homes)
    return [item(t, _SHOWN[t.life.subject](t.row, names), names, who, today) for t in found]


def _campaign(row: ReviewCampaign, _names: Names) -> Shown:
    fields: Mapping[str, object] = {
        "campaign_kind": row.campaign_kind,
        "campaign_kind_label": labels.label("campaign_kind", row.campaign_kind),
        "name": row.name,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "content": row.content,
        "household_ids": row.household_ids,
    }
    return Shown(row.name, row.starts_on, row.ends_on, fields)


def _issue(row: Issue, _names: Names) -> Shown:
    fields = {"source": row.source, "text": row.text, "campaign_id": row.campaign_id}
    return Shown(row.text, row.found_on, row.due_on, fields)


def _finding(row: DataDoubt | NegativeCheck, names: Names) -> Shown:
    fields = {
        "code": row.code,
        "severity": row.severity,
        "severity_label": labels.label("severity", row.severity),
        "message": row.message,
        "member_id": row.member_id,
        "member": names.member(row.member_id),
        "period": row.period,
    }
    return Shown(f"{row.code} {row.message}", row.opened_on, None, fields)


_SHOWN: Mapping[str, Any] = {
    "review_campaign": _campaign,
    "issue": _issue,
    "data_doubt": _finding,
    "negative_check": _finding,
}
