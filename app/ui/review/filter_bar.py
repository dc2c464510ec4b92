"""The filters above the queue, and filters that were kept under a name."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QComboBox, QInputDialog, QWidget

from app.ui.colours import TONES, severity_rank
from app.ui.flow_layout import FlowLayout
from app.ui.review.review_matter import (
    AGAIN,
    FIRST_TIME,
    HAS_PROOF,
    LACKS_PROOF,
    ORDERS,
    Filters,
    ReviewMatter,
)

_KEEP, _DROP = "存下现在的筛选…", "删去这一个"
_GROUP = "review-filters"


class FilterBar(QWidget):
    """Boxes for 村 级别 同类 证明 再报, the order, and kept filters."""

    changed = Signal()

    def __init__(self, settings: QSettings, below: str) -> None:
        super().__init__()
        self._settings, self._dropped = settings, ""
        names = {"village": below, "severity": "级别", "kind": "同类", "proof": "证明",
                 "again": "再报"}  # fmt: skip
        self.boxes = {name: QComboBox() for name in names}
        self._names = names
        self.order, self.kept = QComboBox(), QComboBox()
        self.order.addItems(ORDERS)
        self.order.setAccessibleName("排列")
        self.kept.setAccessibleName("已存的筛选")
        _offer(self.boxes["severity"], "级别", [(k, f"{t.word}{t.sign}") for k, t in TONES.items()])
        _offer(self.boxes["proof"], "证明", [(w, w) for w in (HAS_PROOF, LACKS_PROOF)])
        _offer(self.boxes["again"], "再报", [(w, w) for w in (AGAIN, FIRST_TIME)])
        for name in ("village", "kind"):
            _offer(self.boxes[name], names[name], [])
        self._fill_kept("")
        flow = FlowLayout(self, gap=6)
        for box in (*self.boxes.values(), self.order, self.kept):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            flow.addWidget(box)
        for box in (*self.boxes.values(), self.order):
            box.activated.connect(lambda _index: self.changed.emit())
        self.kept.activated.connect(self._on_kept)

    def filters(self) -> Filters:
        """Return what the boxes say."""
        return Filters(**{name: box.currentData() or "" for name, box in self.boxes.items()})

    def set_filters(self, wanted: Filters) -> None:
        """Set the boxes; what is not among the choices stays open."""
        for name, value in asdict(wanted).items():
            self.boxes[name].setCurrentIndex(max(0, self.boxes[name].findData(value)))

    def offer(self, found: Sequence[ReviewMatter]) -> None:
        """Offer the villages and kinds that there are, and keep what is chosen."""
        chosen = self.filters()
        villages = sorted({one.first.village for one in found} | ({chosen.village} - {""}))
        worst: dict[str, int] = {}
        for one in found:
            rank = severity_rank(one.first.severity)
            worst[one.first.matter] = max(rank, worst.get(one.first.matter, 0))
        kinds = sorted(worst, key=lambda kind: (-worst[kind], kind))
        kinds += [chosen.kind] if chosen.kind and chosen.kind not in worst else []
        _offer(self.boxes["village"], self._names["village"], [(v, v) for v in villages])
        _offer(self.boxes["kind"], "同类", [(k, k) for k in kinds])
        self.set_filters(chosen)

    def keep(self, name: str) -> None:
        """Keep the present filters under a name."""
        self._settings.setValue(f"{_GROUP}/{name}", json.dumps(asdict(self.filters())))
        self._fill_kept(name)

    def drop(self, name: str) -> None:
        """Forget a kept filter."""
        self._settings.remove(f"{_GROUP}/{name}")
        self._fill_kept("")

    def kept_names(self) -> list[str]:
        """Return the names of the kept filters."""
        self._settings.beginGroup(_GROUP)
        names = sorted(self._settings.childKeys())
        self._settings.endGroup()
        return names

    def _on_kept(self, _index: int) -> None:
        data = self.kept.currentData()
        if data == _KEEP:
            name, is_given = QInputDialog.getText(self, "存下筛选", "给这组筛选起个名字")
            self._fill_kept("")
            if is_given and name.strip():
                self.keep(name.strip().replace("/", "／"))
        elif data == _DROP:
            self.drop(self._dropped)
        else:
            self._use(data or "")

    def _use(self, name: str) -> None:
        text = self._settings.value(f"{_GROUP}/{name}", "") if name else ""
        wanted = replace(Filters(), **json.loads(str(text))) if text else Filters()
        self.set_filters(wanted)
        self._fill_kept(name)
        self.changed.emit()

    def _fill_kept(self, current: str) -> None:
        self._dropped = current
        self.kept.clear()
        self.kept.addItem("已存：不用", "")
        for name in self.kept_names():
            self.kept.addItem(name, name)
        self.kept.addItem(_KEEP, _KEEP)
        if current:
            self.kept.addItem(_DROP, _DROP)
            self.kept.setCurrentIndex(max(0, self.kept.findData(current)))
        _widen(self.kept)


def _offer(box: QComboBox, name: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Fill a filter; ``name`` alone leaves it open."""
    box.clear()
    box.addItem(f"{name}：全部", "")
    box.setAccessibleName(name)
    for key, word in pairs:
        box.addItem(word, key)
    _widen(box)


def _widen(box: QComboBox) -> None:
    metrics = box.fontMetrics()
    longest = max(metrics.horizontalAdvance(box.itemText(n)) for n in range(box.count()))
    most = metrics.horizontalAdvance("汉") * 9
    box.setMinimumWidth(min(longest, most) + 3 * metrics.horizontalAdvance("汉"))
