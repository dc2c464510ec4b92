"""What went out and came in, how far every household has come, what a peer could not use."""

from collections import Counter
from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ops import exchange_state, times
from app.ops.exchange_state import HouseholdState, PackageLine, PeerReceipt
from app.ui.data_table import DataTable
from app.ui.exchange.households_view import words_of
from app.ui.page import Desk
from app.ui.parts import plain, quiet
from app.ui.table_model import Column

_STATES = {"imported": "已并入", "refused": "没有导入", "exported": "等回执"}
_MOST = 4  # lines of what a peer could not use; the tip tells all
_COUNTS = {"households": "户", "warnings": "条预警", "transactions": "项变动", "applied": "项变动"}


class HistoryView(QWidget):
    """Packages, newest first, and the line of the households."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.households, self.receipts = plain(), quiet()
        self.table = DataTable(_COLUMNS, "往来记录", "还没有交换过。先登记设备。")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.addWidget(self.households)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.receipts)

    def refresh(self) -> None:
        """Read the log, the receipts and the states."""
        store, runner = self._desk.store, self._desk.runner
        lines = runner.call(lambda: exchange_state.package_log(store))
        states = runner.call(lambda: exchange_state.household_states(store))
        receipts = runner.call(lambda: exchange_state.peer_receipts(store))
        if lines is None or states is None or receipts is None:
            return
        self.table.set_rows(lines)
        self.households.setText(states_text(states, store.level))
        self.households.setVisible(bool(states) and store.level != "county")
        trouble = [text for one in receipts for text in receipt_lines(one)]
        more = [f"另有{len(trouble) - _MOST}处"] if len(trouble) > _MOST else []
        self.receipts.setText("\n".join([*trouble[:_MOST], *more]))
        self.receipts.setToolTip("\n".join(trouble))
        self.receipts.setVisible(bool(trouble))


def states_text(states: Sequence[HouseholdState], level: str) -> str:
    """Return ``逐户：未导出19 │ 已导出0 │ …`` with the superior's name of this level."""
    counts = Counter(one.state for one in states)
    words = words_of(level)
    return "逐户：" + " │ ".join(f"{word}{counts[state]}" for state, word in words.items())


def receipt_lines(receipt: PeerReceipt) -> list[str]:
    """Return what a peer could not use, in words."""
    who = receipt.peer_name
    lines = [f"{who}：第{number}笔没有效力，{why}" for _scope, number, why in receipt.void]
    lines += [f"{who}：第{first}到{last}笔先放着，在等缺的包"
              for _scope, first, last in receipt.waiting]  # fmt: skip
    return lines + [f"{who}：缺{name}的第{first}到{last}笔，请重新导出给它"
                    for name, _scope, first, last in receipt.missing]  # fmt: skip


def _content(counts: Mapping[str, int]) -> str:
    return " ".join(f"{counts[key]}{word}" for key, word in _COUNTS.items() if counts.get(key))


def _state(line: PackageLine) -> str:
    if line.is_receipted:
        return "对方已收到"
    return _STATES.get(line.state, line.state)


_COLUMNS = (
    Column("日期", lambda line: times.shown(line.at), width=9),
    Column("方向", lambda line: "发" if line.direction == "out" else "收", width=2),
    Column("对方", lambda line: line.peer_name, width=7),
    Column("包号", lambda line: f"{line.number:04d}", width=3, sort_key=lambda line: line.number),
    Column("内容", lambda line: _content(line.counts)),
    Column("经手", lambda line: line.actor, width=5, spare=1),
    Column("状态", _state, width=6),
)
