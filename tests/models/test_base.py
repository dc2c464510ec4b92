"""Ids of rows: unique, and in the order of their making."""

import uuid
from itertools import pairwise

from app.models.base import new_id


def test_rows_made_at_once_keep_their_order() -> None:
    made = [new_id() for _ in range(2000)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert {uuid.UUID(one).version for one in made} == {7}
    assert {uuid.UUID(one).variant for one in made} == {uuid.RFC_4122}
