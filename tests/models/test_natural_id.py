"""Natural ids are UUIDs of version 5: replicas of every release make the same ones."""

import uuid

from app.models.base import natural_id

_NAMESPACE = uuid.UUID("6f0a3c52-7a1e-5d7b-9a55-0d6f4d3b7c10")


def test_a_natural_id_is_the_standard_one_of_its_parts() -> None:
    for number in range(64):  # enough to meet every variant digit
        parts = ("answer", "青石村", str(number))
        assert natural_id(*parts) == str(uuid.uuid5(_NAMESPACE, "/".join(parts)))
