"""Rows of the registers → records: natural changes, clues, campaigns, doubts, negative list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain import case, natural_change
from app.domain.lifecycle import Lifecycle
from app.domain.registers import CAMPAIGN, DOUBT, ISSUE, NEGATIVE
from app.domain.statistics import records as plain
from app.domain.statistics.context import Window
from app.models import case as case_rows
from app.models import change as change_rows
from app.models import register
from app.ops.statistics_trails import LightStep, Steps, day_of, trail


class Registers:
    """The queries of one area's registers."""

    def __init__(
        self, session: Session, area: str, window: Window, steps: Mapping[str, Steps]
    ) -> None:
        self.session, self.area, self.window, self.steps = session, area, window, steps

    def rows(self, *columns: Any, table: Any, order: Sequence[Any] = ()) -> Iterable[Any]:
        """Return the columns of the area's rows."""
        query: Select[Any] = select(*columns).where(table.scope.startswith(self.area))
        return self.session.execute(query.order_by(*order)).all()

    def changes(self) -> tuple[plain.ChangeRecord, ...]:
        """Return the natural changes; a change of head or a split moves nobody in or out."""
        table = change_rows.NaturalChange
        steps = self.steps.get("natural_change", {})
        found = self.session.scalars(
            select(table).where(table.scope.startswith(self.area)).order_by(table.id)
        )
        records = []
        for row in found:
            path = trail(natural_change.NATURAL_CHANGE, steps.get(row.id, []), row.change_kind)
            done = next((step.on for step in path if step.state == natural_change.DONE), None)
            records.append(
                plain.ChangeRecord(
                    row.id,
                    row.household_id,
                    row.scope,
                    row.change_kind,
                    natural_change.reason_label(row.change_kind, row.reason),
                    path[-1].state if path else natural_change.OPEN,
                    done,
                )
            )
        return tuple(records)

    def clues(self) -> tuple[plain.ClueRecord, ...]:
        """Return the clues with what came of them."""
        table = case_rows.Clue
        steps = self.steps.get("monitored_case", {})
        found = self.session.scalars(
            select(table).where(table.scope.startswith(self.area)).order_by(table.id)
        )
        return tuple(_clue(row, trail(case.CASE, steps.get(row.id, []))) for row in found)

    def campaigns(
        self, households: Sequence[plain.HouseholdRecord]
    ) -> tuple[plain.CampaignRecord, ...]:
        """Return the campaigns that have begun, with the result of every household in them."""
        table = register.ReviewCampaign
        steps = self.steps.get("review_campaign", {})
        results, settled = self._results(), self._settled()
        villages = {h.household_id: h for h in households}
        everybody: dict[str, list[str]] = defaultdict(list)
        for one in households:
            everybody[one.village].append(one.household_id)
        records = []
        for row in self.session.scalars(
            select(table)
            .where(table.scope.startswith(self.area))
            .order_by(table.starts_on, table.id)
        ):
            path = trail(CAMPAIGN, steps.get(row.id, []))
            if not path:
                continue  # 拟定
            chosen = [i for i in row.household_ids.split(",") if i in villages]
            chosen = chosen or everybody[row.scope]
            ended = next((step.on for step in path if step.state == "ended"), None)
            ones = [
                plain.CampaignHousehold(
                    household_id,
                    villages[household_id].village,
                    results.get((row.id, household_id), ""),
                    (row.id, household_id) in settled,
                )
                for household_id in chosen
            ]
            records.append(
                plain.CampaignRecord(
                    row.id, row.name, row.campaign_kind, path[0].on, ended, tuple(ones)
                )
            )
        return tuple(records)

    def _results(self) -> dict[tuple[str, str], str]:
        table = register.CampaignResult
        found = self.rows(
            table.campaign_id, table.household_id, table.campaign_result, table.checked_on,
            table=table,
        )  # fmt: skip
        return {
            (campaign, household_id): result
            for campaign, household_id, result, checked_on in found
            if checked_on <= self.window.end
        }

    def _settled(self) -> set[tuple[str, str]]:
        """Return (campaign, household) with an issue, all of them 已销 at the window's end."""
        table = register.Issue
        steps = self.steps.get("issue", {})
        found = self.rows(table.id, table.campaign_id, table.household_id, table=table)
        states: dict[tuple[str, str], set[str]] = defaultdict(set)
        for issue_id, campaign, household_id in found:
            state = ISSUE.state_of(self._until(steps.get(issue_id, [])))
            states[campaign, household_id].add(state)
        return {place for place, every in states.items() if every == {"settled"}}

    def _until(self, steps: Sequence[LightStep]) -> list[LightStep]:
        return [step for step in steps if step.step_on <= self.window.end]

    def doubts(self) -> tuple[plain.DoubtRecord, ...]:
        """Return the data doubts."""
        return tuple(self._checked(register.DataDoubt, DOUBT, set()))

    def negatives(self, cases: Iterable[plain.CaseRecord]) -> tuple[plain.DoubtRecord, ...]:
        """Return the checks of the negative list; 清退 as the household's cases tell."""
        cleared = {
            record.household_id
            for record in cases
            if any(step.state == case.CLEARED_OUT for step in record.steps)
        }
        return tuple(self._checked(register.NegativeCheck, NEGATIVE, cleared))

    def _checked(
        self, table: Any, life: Lifecycle, cleared: set[str]
    ) -> Iterable[plain.DoubtRecord]:
        steps = self.steps.get(life.subject, {})
        found = self.rows(
            table.id, table.household_id, table.scope, table.code, table.opened_on, table=table,
            order=(table.opened_on, table.id),
        )  # fmt: skip
        for row_id, household_id, scope, code, opened_on in found:
            state = life.initial
            for step in trail(life, steps.get(row_id, [])):
                state = step.state if step.on <= self.window.end else state
            is_cleared = state == "proven" and household_id in cleared
            yield plain.DoubtRecord(row_id, household_id, scope, code, state, opened_on, is_cleared)


def _told(*steps: plain.StateStep | None) -> date | None:
    """Return the day on which the farmer was told, as the steps say; else that of the decision."""
    taken = [step for step in steps if step is not None]
    said = (day for step in taken if (day := day_of(step.detail)))
    return next(said, taken[0].on if taken else None)


def _clue(row: case_rows.Clue, path: Sequence[plain.StateStep]) -> plain.ClueRecord:
    def first(*states: str) -> plain.StateStep | None:
        return next((step for step in path if step.state in states), None)

    verified = first(case.TO_DELIBERATE)
    entered, excluded = first(case.MONITORING), first(case.NOT_INCLUDED)
    ended = entered or excluded
    told = _told(excluded, next((step for step in path if step.action == "tell"), None))
    return plain.ClueRecord(
        row.id,
        row.household_id,
        row.scope,
        row.clue_source,
        row.received_on,
        verified.on if verified else None,
        "included" if entered else "excluded" if excluded else "",
        ended.on if ended else None,
        row.reply_due_on,
        entered.on if entered else told,
    )
