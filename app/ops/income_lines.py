"""The worksheet's lines in the database: read for many households at once, written one by one."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.income_worksheet import LineKey
from app.domain.period import Period
from app.domain.prefill import MONTHS
from app.models.base import natural_id
from app.models.form import Sheet
from app.models.income import IncomeEntry

_MANY = 500  # from here on the whole window is read
Months = Mapping[Period, Mapping[LineKey, Decimal]]


class LineBook:
    """The lines of a month and the twelve before it, read when first asked for."""

    def __init__(
        self, session: Session, period: Period, household_ids: Collection[str] | None
    ) -> None:
        self._session, self._period, self._wanted = session, period, household_ids

    def of(self, household_id: str) -> Months:
        """Return month → lines of a household; months without lines are not there."""
        return self._books.get(household_id, {})

    @cached_property
    def _books(self) -> dict[str, dict[Period, dict[LineKey, Decimal]]]:
        query = (
            select(Sheet.household_id, Sheet.period, IncomeEntry)
            .join(Sheet, Sheet.id == IncomeEntry.sheet_id)
            .where(Sheet.period >= str(self._period.plus(-MONTHS)))
            .where(Sheet.period <= str(self._period))
        )
        if self._wanted is not None and len(self._wanted) <= _MANY:
            query = query.where(Sheet.household_id.in_(self._wanted))
        found: dict[str, dict[Period, dict[LineKey, Decimal]]] = defaultdict(dict)
        for household_id, period, row in self._session.execute(query):
            if row.amount is not None:
                month = found[household_id].setdefault(Period.parse(period), {})
                month[row.source, row.member_id] = row.amount
        return found


def put_line(session: Session, sheet: Sheet, key: LineKey, amount: Decimal | None) -> None:
    """Write one line of a sheet; None takes it back."""
    source, member_id = key
    entry_id = natural_id("income", sheet.id, source, member_id)
    row = session.get(IncomeEntry, entry_id)
    if row is not None:
        row.amount = amount
    elif amount is not None:
        session.add(
            IncomeEntry(
                id=entry_id,
                scope=sheet.scope,
                sheet_id=sheet.id,
                source=source,
                member_id=member_id,
                amount=amount,
            )
        )
