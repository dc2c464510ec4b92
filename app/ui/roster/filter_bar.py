"""The filters of the list of households, and those that somebody has saved."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QInputDialog, QWidget

from app.domain.labels import LABELS
from app.ops import catalogue, local_settings
from app.ui import colours
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk
from app.ui.roster import roster_model
from app.ui.roster.roster_model import Filters, RosterLine

SAVED = "roster.filters"
_NONE, _KEEP, _DROP = "", "keep", "drop"  # what a line of the saved ones does
_NAME = 12  # characters
_TITLES = {
    "village": "村", "group": "组", "kind": "户属性", "object_type": "监测类型",
    "management_class": "管理类别", "severity": "级别", "visited": "走访", "flag": "八必访",
}  # fmt: skip
_OF_VILLAGES = ("visited", "flag")


class FilterBar(QWidget):
    """One box a criterion, named like the fields of ``Filters``, and one of saved ones."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._saved: dict[str, Filters] = {}
        self.boxes = {one.name: QComboBox() for one in fields(Filters)}
        self.saved = QComboBox()
        self.saved.setAccessibleName("已存的筛选")
        flow = FlowLayout(self, gap=8)  # large text needs two lines
        for box in (*self.boxes.values(), self.saved):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            flow.addWidget(box)
        for box in self.boxes.values():
            box.activated.connect(lambda _index: self._on_chosen())
        self.saved.activated.connect(lambda _index: self._on_saved())
        is_village = desk.store.level == "village"
        for name in _OF_VILLAGES:
            self.boxes[name].setVisible(is_village)
        self.boxes["village"].setVisible(not is_village)
        self._fill_fixed()
        self._read_saved()

    def filters(self) -> Filters:
        """Return what is chosen now."""
        return Filters(**{name: str(box.currentData() or "") for name, box in self.boxes.items()})

    def apply(self, wanted: Filters) -> None:
        """Choose all criteria at once; what is offered no longer is left open."""
        for name, value in asdict(wanted).items():
            box = self.boxes[name]
            box.setCurrentIndex(max(0, box.findData(value)))
        self.changed.emit()

    def offer_places(self, lines: Iterable[RosterLine]) -> None:
        """Offer the villages and groups that the roster has."""
        homes = [line.household for line in lines]
        places = {
            "village": dict.fromkeys(home.village for home in homes),
            "group": dict.fromkeys(home.hamlet_group for home in homes),
        }
        for name, found in places.items():
            box, chosen = self.boxes[name], self.boxes[name].currentData()
            _offer(box, _TITLES[name], {place: place for place in found if place})
            box.setCurrentIndex(max(0, box.findData(chosen)))

    def keep(self, name: str) -> None:
        """Save what is chosen now under a name."""
        self._write({**self._saved, name[:_NAME]: self.filters()}, name[:_NAME])

    def drop(self, name: str) -> None:
        """Forget a saved one."""
        self._write({key: one for key, one in self._saved.items() if key != name}, "")

    def _fill_fixed(self) -> None:
        flags = {flag.key: flag.short for flag in catalogue.visit_flags().flags}
        levels = {key: f"{tone.word}{tone.sign}" for key, tone in colours.TONES.items()}
        words: dict[str, Mapping[str, str]] = {
            "village": {},
            "group": {},
            "kind": LABELS["household_kind"],
            "object_type": LABELS["object_type"],
            "management_class": LABELS["management_class"],
            "severity": levels,
            "visited": {one: one for one in (roster_model.UNVISITED, roster_model.VISITED)},
            "flag": {roster_model.ANY_FLAG: "任何一项", **flags},
        }
        for name, offered in words.items():
            _offer(self.boxes[name], _TITLES[name], offered)

    def _on_chosen(self) -> None:
        self.saved.setCurrentIndex(0)
        self.changed.emit()

    def _on_saved(self) -> None:
        action, name = self.saved.currentData()
        if action == _KEEP:
            self.saved.setCurrentIndex(0)
            given, is_given = QInputDialog.getText(self, "存下筛选", "叫什么（12字以内）")
            if is_given and given.strip():
                self.keep(given.strip())
        elif action == _DROP:
            self.drop(name)
        else:
            self.apply(self._saved.get(name, Filters()))

    def _read_saved(self) -> None:
        store = self._desk.store
        text = self._desk.runner.call(lambda: local_settings.read_setting(store, SAVED))
        known = {one.name for one in fields(Filters)}
        found: dict[str, dict[str, str]] = json.loads(text) if text else {}
        self._saved = {
            name: Filters(**{key: value for key, value in kept.items() if key in known})
            for name, kept in found.items()
        }
        self._show_saved("")

    def _write(self, saved: dict[str, Filters], shown: str) -> None:
        store, actor = self._desk.store, self._desk.actor
        kept = {name: asdict(one) for name, one in saved.items()}
        text = json.dumps(kept, ensure_ascii=False) if kept else ""
        self._desk.runner.call(lambda: local_settings.keep_setting(store, actor, SAVED, text))
        self._saved = saved
        self._show_saved(shown)

    def _show_saved(self, shown: str) -> None:
        self.saved.clear()
        self.saved.addItem("已存筛选", (_NONE, ""))
        for name in self._saved:
            self.saved.addItem(f"已存：{name}", (_NONE, name))
        self.saved.addItem("存下这些…", (_KEEP, ""))
        for name in self._saved:
            self.saved.addItem(f"去掉“{name}”", (_DROP, name))
        self.saved.setCurrentIndex(max(0, self.saved.findText(f"已存：{shown}")))


def _offer(box: QComboBox, name: str, words: Mapping[str, str]) -> None:
    """Fill a filter; ``name`` alone leaves it open."""
    box.clear()
    box.addItem(f"{name}不限", "")
    box.setAccessibleName(name)
    for key, word in words.items():
        box.addItem(word, key)
    metrics = box.fontMetrics()
    longest = max(metrics.horizontalAdvance(box.itemText(n)) for n in range(box.count()))
    box.setMinimumWidth(longest + 3 * metrics.horizontalAdvance("汉"))  # and the arrow
