"""What goes into which file of a series."""

import pytest

from app.domain.changeset import Chain
from app.sync.errors import TooLargeError
from app.sync.parcels import End, Parcel, Plan, Run, pack

CHAIN = Chain("a", "b", "539901101201")
ROOM, PAST_ROOM = 100_000, 20_000


def run(*sizes: int) -> Run:
    """Return a run that is signed after so many bytes, and so many more."""
    ends = [End(at, "d", b"", sum(sizes[:at])) for at in range(1, len(sizes) + 1)]
    return Run(CHAIN, 1, tuple(ends), 1)


def numbers(parcels: list[Parcel]) -> list[tuple[int, int]]:
    return [(piece.first, piece.ends[-1].number) for p in parcels for piece in p.runs]


def test_the_past_comes_in_small_files_so_that_somebody_can_work_between_them() -> None:
    found = pack(Plan(past=(run(*[9_000] * 6),)), ROOM, PAST_ROOM)
    assert numbers(found) == [(1, 2), (3, 4), (5, 6)]
    assert all(parcel.size <= PAST_ROOM for parcel in found)


def test_news_fill_their_file_and_the_past_does_not_ride_in_a_full_one() -> None:
    found = pack(Plan(news=(run(*[9_000] * 6),), past=(run(*[9_000] * 3),)), ROOM, PAST_ROOM)
    assert numbers(found) == [(1, 6), (1, 2), (3, 3)]
    assert [parcel.is_last_news for parcel in found] == [True, False, False]


def test_a_past_that_its_origin_signed_too_seldom_takes_the_room_that_it_needs() -> None:
    found = pack(Plan(past=(run(9_000, 50_000, 9_000, 9_000),)), ROOM, PAST_ROOM)
    assert numbers(found) == [(1, 1), (2, 2), (3, 4)]


def test_what_fits_no_file_is_not_sent() -> None:
    with pytest.raises(TooLargeError):
        pack(Plan(past=(run(ROOM + 1),)), ROOM, PAST_ROOM)


def test_a_long_run_is_sent_in_segments_so_that_its_signed_places_are_known_there() -> None:
    found = run(9_000, 9_000, 9_000, 50_000, 9_000)
    pieces = list(found.pieces(PAST_ROOM))
    assert [(p.first, [end.number for end in p.ends]) for p in pieces] == [
        (1, [1, 2]), (3, [3]), (4, [4]), (5, [5]),
    ]  # fmt: skip
    assert sum(piece.count for piece in pieces) == found.count
    assert list(run(9_000).pieces(PAST_ROOM)) == [run(9_000)]
