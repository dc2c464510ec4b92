"""All meet: packages go round until everybody has everything, and the villages decide."""

from pathlib import Path

from app.ops import conflicts
from app.ops.conflict_decisions import Choice
from app.sync.errors import UnlistedSelfError
from tests.ops.network import ME, enrol, journal
from tests.sync import invariants
from tests.sync.replicas import SUPERIOR, WAYS, Replicas
from tests.sync.world import World

ROUNDS = 14  # a restored laptop first has to count up to its old package numbers
TWICE = 3  # of so many packages one is imported twice
DECIDERS = ("a1", "b1")


def first_day(folder: Path) -> Replicas:
    """Return six enrolled replicas that know a household of each village."""
    replicas = Replicas(folder).make()
    world = World(replicas, folder / "sticks", made=0).start()
    for name in DECIDERS:
        world.add(name)
    meet(world)
    for name in SUPERIOR:
        world.visit(name)
    world.close()
    replicas.keep()
    return replicas


def meet(world: World) -> None:
    """Carry packages until everybody has everything, some of them imported twice.

    Who has no news sends nothing at first; if its peer's did not help, it says what it has.
    """
    ways = [way for way in WAYS if not world.revoked & set(way)]
    for attempt in range(ROUNDS):
        differ = {way for way in ways if invariants.has_news(world, *way)}
        if not differ:
            return
        for way in ways:
            if way in differ or (attempt and way[::-1] in differ):
                _carry(world, *way)


def _carry(world: World, sender: str, receiver: str) -> None:
    path = world.export_file(sender, receiver)
    if path is None and sender in SUPERIOR:
        _enrol_again(world, sender)
        path = world.export_file(sender, receiver)
    assert path is not None
    world.import_file(receiver, path)
    if world.made % TWICE == 0:
        known = journal(world.stores[receiver])
        world.import_file(receiver, path)
        assert journal(world.stores[receiver]) == known, "twice is once"
    path.unlink()


def _enrol_again(world: World, name: str) -> None:
    """List a restored replica; a superior that was restored too is listed first."""
    above = SUPERIOR[name]
    try:
        enrol(world.stores[above], world.stores[name], world.folder)
    except UnlistedSelfError:
        _enrol_again(world, above)
        enrol(world.stores[above], world.stores[name], world.folder)


def settle(world: World, sides: int = 9) -> None:
    """Let one laptop of each village decide everything, until nothing is open.

    ``sides``: how many of a conflict may be taken; with 1 what is in force stays.
    """
    for _ in range(5):
        meet(world)
        invariants.check(world)
        if not sum(_decide_all(world, name, sides) for name in DECIDERS):
            break
    for name in world.alive():
        assert conflicts.list_conflicts(world.stores[name]) == [], name
        assert not [row for row in journal(world.stores[name]) if row[6] == "waiting"], name
    invariants.check_nothing_lost(world, "t")


def _decide_all(world: World, name: str, sides: int) -> int:
    """Decide what is open on a laptop; return how much it was."""
    made = 0
    while found := conflicts.list_conflicts(world.stores[name]):
        # What blocks comes first: an answer to the late edit would settle both.
        line = next((one for one in found if one.blocks and sides == 1), found[0])
        made += 1
        assert made < 60, "decisions end"
        side = line.sides[(made + world.made) % min(sides, len(line.sides))]
        conflicts.resolve_conflict(world.stores[name], ME, line.conflict_id, Choice(side.side))
    return made
