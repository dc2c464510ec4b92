"""What is taken in of every chain, and what of its past is still to come."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head
from app.domain.merge import Gap, Place
from app.models.journal import (
    FORKED,
    WAITING,
    AbridgedRow,
    BaseChainRow,
    ChainHeadRow,
    ChangesetRow,
)
from app.sync.base import digest_at

WHOLE = ChangesetRow.state.not_in([WAITING, FORKED]) & ChangesetRow.id.not_in(
    select(AbridgedRow.changeset_id)
)
"""Taken in, and the exact line is here."""


def of_chain(chain: Chain) -> ColumnElement[bool]:
    """Return the condition on a changeset to belong to a chain."""
    return and_(
        ChangesetRow.origin == chain.origin,
        ChangesetRow.epoch == chain.epoch,
        ChangesetRow.scope == chain.scope,
    )


class Settled:
    """The digests of what is taken in, read when asked (``app.domain.merge.Settled``)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.heads = {
            Chain(row.origin, row.epoch, row.scope): Head(row.number, row.digest)
            for row in session.scalars(select(ChainHeadRow))
        }
        self._based = base_chains(session)
        self._digests: dict[Place, str | None] = {}

    def __call__(self, chain: Chain, number: int) -> str | None:
        """Return the digest at a place, None if nothing is taken in there."""
        head = self.heads.get(chain, Head(0, ""))
        if number >= head.number:
            return head.digest if number == head.number and number else None
        if self.is_based(chain, number):
            return digest_at(self._based[chain].digests, number)
        place = Place(chain, number)
        if place not in self._digests:
            query = select(ChangesetRow.digest).filter_by(**chain._asdict(), number=number)
            settled = ChangesetRow.state.not_in([WAITING, FORKED])
            self._digests[place] = self._session.scalars(query.where(settled)).first()
        return self._digests[place]

    def is_based(self, chain: Chain, number: int) -> bool:
        """Tell whether a place is known by a base, its changeset perhaps not here or not whole."""
        return chain in self._based and number <= self._based[chain].number

    def load(self, chain: Chain, first: int, last: int) -> None:
        """Read a run of places at once."""
        if first > self.heads.get(chain, Head(0, "")).number:
            return
        query = (
            select(ChangesetRow.number, ChangesetRow.digest)
            .where(of_chain(chain))
            .where(ChangesetRow.number.between(first, last))
            .where(ChangesetRow.state.not_in([WAITING, FORKED]))
        )
        for number, digest in self._session.execute(query):
            self._digests[Place(chain, number)] = digest


def base_chains(session: Session) -> dict[Chain, BaseChainRow]:
    """Return the chains whose past is not whole here."""
    return {
        Chain(row.origin, row.epoch, row.scope): row
        for row in session.scalars(select(BaseChainRow))
    }


def lacking_past(session: Session) -> Iterator[tuple[Gap, int]]:
    """Yield of each chain from its first lacking number to its base's, and how many lack."""
    for chain, row in sorted(base_chains(session).items()):
        numbers = (
            select(ChangesetRow.number)
            .where(of_chain(chain))
            .where(ChangesetRow.number <= row.number, WHOLE)
        )
        whole = session.scalars(select(func.count()).select_from(numbers.subquery())).one()
        if whole < row.number:
            first = _first_absent(session.scalars(numbers.order_by(ChangesetRow.number)))
            yield Gap(chain, first, row.number), row.number - whole


def _first_absent(numbers: Iterator[int]) -> int:
    expected = 1
    for number in numbers:
        if number != expected:
            break
        expected += 1
    return expected
