"""What a chain has newly seen of others, and how its own head moves on."""

import pytest
from sqlalchemy import select

from app.domain.changeset import Chain, Head, parse_line
from app.domain.ownership import Actor
from app.models import heads
from app.models.journal import ChainHeadRow, ChangesetRow
from app.models.store import Store
from tests.conftest import TOWNSHIP, VILLAGE
from tests.models.test_journal import add_household

OTHER = Chain("other-device", "epoch", VILLAGE)


def comes_in(store: Store, chain: Chain, number: int) -> Head:
    """Move the head of another's chain, as a package does."""
    head = Head(number, f"{number:064d}")
    with store.absorb() as session:
        session.merge(ChainHeadRow(**chain._asdict(), **head._asdict()))
    return head


def last_seen(store: Store) -> dict[Chain, Head]:
    with store.read() as session:
        newest = select(ChangesetRow.line).order_by(ChangesetRow.id.desc()).limit(1)
        return dict(parse_line(session.scalars(newest).one()).seen)


def test_a_head_is_told_once_and_again_when_it_has_moved(store: Store, actor: Actor) -> None:
    comes_in(store, Chain("far", "epoch", "539901909999"), 7)  # another village: nobody's business
    third = comes_in(store, OTHER, 3)
    policy = Chain("county", "epoch", f"policy:{TOWNSHIP[:6].ljust(12, '0')}")
    first = comes_in(store, policy, 1)
    add_household(store, actor, "1")
    assert last_seen(store) == {OTHER: third, policy: first}
    add_household(store, actor, "2")
    assert last_seen(store) == {}
    fourth = comes_in(store, OTHER, 4)
    add_household(store, actor, "3")
    assert last_seen(store) == {OTHER: fourth}


def test_a_head_moves_by_one_only(store: Store, actor: Actor) -> None:
    add_household(store, actor)
    own = Chain(store.device_id, store.identity.epoch, VILLAGE)
    with store.absorb() as session, pytest.raises(ValueError, match="does not follow"):
        heads.advance(session, own, Head(3, "0" * 64))
    with store.read() as session:
        head = heads.head_of(session, own)
        assert head is not None
        assert head.number == 1
        assert heads.head_of(session, OTHER) is None
