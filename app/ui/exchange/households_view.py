"""How far every household's last change has come: not exported first."""

from dataclasses import dataclass

from app.ops import exchange_state, roster_view
from app.ops.exchange_state import STATE_LABELS
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.table_model import Column

_ORDER = ("returned", *STATE_LABELS)


@dataclass(frozen=True, slots=True)
class _Line:
    household_id: str
    number: str
    head: str
    state: str


class HouseholdsView(DataTable):
    """A row a household; Enter opens it in the roster."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        words = words_of(desk.store.level)
        columns = (
            Column("户号", lambda one: one.number, width=6),
            Column("户主", lambda one: one.head),
            Column(
                "到了哪一步",
                lambda one: words[one.state],
                width=8,
                sort_key=lambda one: _ORDER.index(one.state),
            ),
        )
        super().__init__(columns, "逐户")

    def refresh(self) -> None:
        """Read the states again."""
        store, runner = self._desk.store, self._desk.runner
        states = runner.call(lambda: exchange_state.household_states(store))
        homes = runner.call(lambda: roster_view.list_households(store))
        if states is None or homes is None:
            return
        of = {one.household_id: one.state for one in states}
        lines = [
            _Line(home.household_id, home.household_no, home.head_name, of[home.household_id])
            for home in homes
            if home.household_id in of
        ]
        self.set_rows(sorted(lines, key=lambda line: _ORDER.index(line.state)))


def words_of(level: str) -> dict[str, str]:
    """Return the words of the states, with the superior's name of this level."""
    return STATE_LABELS if level == "village" else STATE_LABELS | {"received": "县已收到"}
