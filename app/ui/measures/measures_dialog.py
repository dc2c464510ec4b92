"""The measures of a household as the card of a warning opens them, and the 回访."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.labels import LABELS, label
from app.errors import AppError
from app.ops import measures, visits
from app.ops.attachments import Thing
from app.ops.items import Item
from app.ops.lives import Action, StepInput
from app.ops.visits import NewVisit
from app.ops.warnings import WarningPage
from app.ui.attachments.panel import AttachmentPanel
from app.ui.attachments.photos_dialog import PhotosDialog
from app.ui.empty_state import EmptyState
from app.ui.export_dialog import Scope, export_list
from app.ui.measures.measure_form import measure_form
from app.ui.measures.measure_step import step_form
from app.ui.page import Desk
from app.ui.parts import button, give_size, title
from app.ui.review.item_view import ItemsView, due_text
from app.ui.review.step_form import StepAsk, StepForm
from app.ui.review.step_offers import members, people
from app.ui.review.submit import attempt
from app.ui.table_model import Column

_VISIT = Action("follow_up", "记回访", ("visit_way", "visitor"))
_VISIT_WORDS = {"visit_way": "方式", "visitor": "谁去的", "met_member_id": "见到谁",
                "on": "回访日期", "note": "情况"}  # fmt: skip


class MeasuresDialog(QDialog):
    """List and card; those that answer the warnings of the card stand first."""

    def __init__(self, parent: QWidget | None, desk: Desk, pages: Sequence[WarningPage]) -> None:
        super().__init__(parent)
        self._desk, self._pages = desk, list(pages)
        self._household_id = pages[0].line.household_id
        self._codes = {page.line.warning_id: page.line.code for page in pages}
        self._visit_id = ""
        self.setWindowTitle("措施")
        self.view = ItemsView(self._columns(), "措施")
        self.empty = EmptyState("还没有措施。按“加措施”，程序按缺项建议一条，由您决定。")
        self.add_button = button("A 加措施", self.add, primary=True)
        self.visit_button = button("V 记回访", self.record_visit)
        self.export_button = button("Ctrl+E 导出", self.export)
        self._arrange()
        self.view.chosen.connect(self._show)
        self.view.act_requested.connect(self.act)
        self.refresh()

    def refresh(self) -> None:
        """Read the measures again."""
        desk, home = self._desk, self._household_id
        found = desk.runner.call(
            lambda: measures.list_measures(desk.store, desk.today(), desk.actor, household_id=home)
        )
        if found is None:
            return
        self.view.set_items(sorted(found, key=lambda item: not self._answers(item)))
        self.empty.setVisible(not found)
        self.view.setVisible(bool(found))

    def add(self) -> None:
        """Plan a measure for the warnings of the card."""
        form = measure_form(self, self._desk, self._pages)
        if form is not None and form.exec():
            self.refresh()

    def act(self, item: Item, action: Action) -> None:
        """Lead a measure one step."""
        if step_form(self, self._desk, item, action).exec():
            self.refresh()

    def record_visit(self) -> None:
        """Record a 回访: somebody who did not remedy asks the household."""
        home = self._household_id
        ways = tuple((k, w) for k, w in LABELS["visit_way"].items() if k.startswith(("on", "ph")))
        ask = StepAsk(
            action=_VISIT,
            sentence="补短以后的回访，由没有参与补短的人去。",
            today=self._desk.today(),
            choices={"visit_way": ways, "visitor": people(self._desk),
                     "met_member_id": members(self._desk, home)},
            open_ones=frozenset({"visitor"}),
            defaults={"visitor": self._desk.actor.name, "visit_way": "onsite"},
            optional=("met_member_id",),
            words=_VISIT_WORDS,
        )  # fmt: skip
        if StepForm(self, ask, self._take_visit).exec() and self._visit_id:
            things = [Thing("visit", self._visit_id)]
            PhotosDialog(self, self._desk, "这次回访的照片（没有就按“好了”）", things).exec()

    def export(self) -> None:
        """Ctrl+E: write the household's measures as Excel."""
        ids = frozenset(item.item_id for item in self.view.table.table.rows())
        homes = frozenset({self._household_id})
        export_list(self, self._desk, "measure", Scope(f"本户的{len(ids)}条", homes, ids))

    def _take_visit(self, given: StepInput) -> AppError | None:
        desk = self._desk
        new = NewVisit(
            household_id=self._household_id,
            visited_on=given.on or desk.today(),
            visit_way=given.get("visit_way"),
            visitor=given.get("visitor"),
            met_member_id=given.get("met_member_id"),
            content=given.note,
        )

        def record() -> object:
            item, changed = visits.record(desk.store, desk.actor, new, desk.today())
            self._visit_id = item.item_id
            return changed

        return attempt(desk.runner, record)

    def _answers(self, item: Item) -> bool:
        return bool(set(item.fields["warning_ids"].split(",")) & set(self._codes))

    def _for(self, item: Item) -> str:
        codes = [self._codes.get(i, "") for i in item.fields["warning_ids"].split(",")]
        cause = label("risk_cause", item.fields["cause"])
        return "、".join(filter(None, [*codes, cause]))

    def _show(self, item: Item | None) -> None:
        if item is None:
            self.view.card.show_item(None, (), None)
            return
        panel = AttachmentPanel(self._desk, add_word="3 加照片")
        panel.show_things([self._thing(item)], may_change=item.state != "terminated")
        panel.add_button.setShortcut("3")
        self.view.card.show_item(item, self._lines(item), panel)

    def _thing(self, item: Item) -> Thing:
        return Thing("measure", item.item_id)

    def _lines(self, item: Item) -> list[str]:
        fields = item.fields
        level = {"village": "村", "township": "镇", "county": "县部门"}.get(
            fields["measure_level"], ""
        )
        pairs = (
            ("针对", self._for(item)),
            ("做什么", fields["content"]),
            ("责任人", f"{fields['responsible_person']}（{level}{fields['department']}）"),
            ("受益人", fields["member"] or "全户"),
            ("金额", f"{fields['amount']}元" if fields["amount"] else ""),
        )
        return [f"{word}　{text}" for word, text in pairs if text]

    def _columns(self) -> tuple[Column, ...]:
        today: date = self._desk.today()
        return (
            Column("措施", lambda i: i.title),
            Column("针对", self._for, width=6, spare=1),
            Column("责任人", lambda i: i.fields["responsible_person"], width=4),
            Column("状态", lambda i: i.state_label, width=4),
            Column("完成日", lambda i: due_text(i, today), width=5),
        )

    def _arrange(self) -> None:
        line = self._pages[0].line
        row = QHBoxLayout()
        row.addWidget(title(f"{line.head_name}户的措施"), 1)
        for made in (self.add_button, self.visit_button, self.export_button):
            row.addWidget(made)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(button("关闭（Esc）", self.reject))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addLayout(row)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)
        self.add_button.setShortcut("A")
        self.visit_button.setShortcut("V")
        self.export_button.setShortcut("Ctrl+E")
        give_size(self, 70, 36)
