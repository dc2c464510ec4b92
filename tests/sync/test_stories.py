"""What the machine of six replicas found, each as a story of its own."""

from sqlalchemy import func, select

from app.models.form import Sheet
from tests.ops.network import journal
from tests.sync.invariants import check
from tests.sync.meeting import meet
from tests.sync.world import World


def test_a_month_is_opened_where_a_sheet_was_there_before(world: World) -> None:
    world.sheet("b2", 0, 1)
    world.month("b2", 0)
    with world.stores["b2"].read() as session:
        assert session.scalar(select(func.count()).select_from(Sheet)) == 1


def test_two_removals_and_what_speaks_against_them_stand_alike_everywhere(world: World) -> None:
    world.edit("b1", 0, 0)
    world.sheet("b2", 0, 5)
    world.edit("b2", 0, 0)
    meet(world)
    check(world)


def test_a_laptop_and_its_township_restored_at_once_are_listed_from_above(world: World) -> None:
    world.backup("a1")
    world.month("a2", 0)
    world.restore("a1", renewed=True)
    world.backup("t")
    world.restore("t", renewed=True)
    meet(world)
    check(world)


def test_who_is_born_into_a_contested_household_changes_nothing_of_its_question(
    world: World,
) -> None:
    world.compose("a2", 0, 1)
    world.visit("a2")
    world.twin("a2", 0)
    world.compose("a1", 0, 0)
    meet(world)
    check(world)


def test_what_a_lost_branch_may_not_is_void_as_soon_as_it_is_issued_again(world: World) -> None:
    world.compose("b1", 0, 0)
    world.export(2, lost=False)
    world.clone("b1", 0, 4)
    world.take("t", 1)
    world.overstep("b1", 0)
    before = world.stores["b1"].identity.epoch
    world.visit("b1")
    b1 = world.stores["b1"]
    assert b1.identity.epoch != before  # it lost, and has issued its own again
    own = [row for row in journal(b1) if row[:2] == (b1.device_id, b1.identity.epoch)]
    assert [row[6] for row in own] == ["void"]


def test_a_split_that_stood_on_a_lost_branch_leaves_no_question(world: World) -> None:
    world.clone("a1", 0, 4)
    world.overstep("a1", 0)
    world.compose("a1", 0, 3)
    world.take("t", 0)
    meet(world)
    check(world)
