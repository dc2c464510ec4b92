"""What tests of several modules begin with."""

import pytest

from app.models.store import Store
from tests.conftest import StoreMaker
from tests.ops.rosters import first_imported


@pytest.fixture
def imported(new_store: StoreMaker) -> Store:
    """Return a village that has imported its first roster."""
    return new_store.again(first_imported())
