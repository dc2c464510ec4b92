"""Fixtures: six replicas, put back for each world."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.meeting import first_day
from tests.sync.replicas import Replicas
from tests.sync.world import World


@pytest.fixture(scope="package")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    made = first_day(tmp_path_factory.mktemp("replicas"))
    yield made
    made.close()


@pytest.fixture
def world(replicas: Replicas, tmp_path: Path) -> World:
    return World(replicas, tmp_path / "world").start()
