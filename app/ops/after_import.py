"""What a village does by itself once a package from above is in: who is due, who has moved."""

from collections.abc import Collection
from datetime import date

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import due_list, household_moves, months
from app.ops.changed import Changed

_MOVED = frozenset({"warning", "measure", "monitored_case", "clue", "sheet"})


def catch_up(store: Store, actor: Actor, household_ids: Collection[str], today: date) -> Changed:
    """Put onto the visit list who has become due, and lead on what a merging has left behind.

    ``household_ids``: those that the package touched. Only the village keeps visit lists, and only
    who may fill sheets makes them; nothing happens otherwise.
    """
    if store.level != "village" or not due_list.may_fill(store, actor):
        return Changed()
    with store.write("month.due", actor) as session:
        moved = household_moves.follow(session, today)
        asked = due_list.add(session, store, due_list.asked_for(session, store.area_code))
        added = asked | months.add_due(session, store, {*household_ids, *moved}, today)
    if moved:
        return Changed(_MOVED, added | moved)
    return Changed(frozenset({"sheet"}), added) if added else Changed()
