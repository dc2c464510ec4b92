"""The form of one household: strip, bars, one open chapter, 小结."""

import itertools
from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.domain.form import AnswerKey
from app.ui.parts import without_input_method
from app.ui.sheet import presenter
from app.ui.sheet.bar_view import BarView
from app.ui.sheet.board import END, STRIP
from app.ui.sheet.controller import SheetController
from app.ui.sheet.keys import symbol
from app.ui.sheet.outlets import Place
from app.ui.sheet.row_view import RowView


class FormView(QScrollArea):
    """Shows one ``SheetController``; ``changed`` fires after every key for hints and lists."""

    changed = Signal()

    def __init__(self, controller: SheetController, remarks: Mapping[AnswerKey, str]) -> None:
        super().__init__()
        self.controller, self._remarks = controller, dict(remarks)
        self._with_help, self._sentence, self._signature = False, "", ("", "")
        self._is_painted = True
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("检查表")
        # Input methods would swallow digits on bars and choices.
        without_input_method(self)
        self.strip = BarView(STRIP)
        self.bars = {
            chapter.code: BarView(chapter.code) for chapter in controller.board.form.chapters
        }
        self.end = BarView(END)
        self.panel: QFrame | None = None
        self.rows: dict[AnswerKey, RowView] = {}
        self._build()
        self.redraw()

    def set_identity(self, today: str, who: str) -> None:
        """Say who visits and on what day, for the strip."""
        self._signature = (today, who)
        self.redraw()

    def say(self, sentence: str) -> None:
        """Show a sentence in 小结 until the next key."""
        self._sentence = sentence
        self.end.set_text(presenter.end_text(self.controller, sentence))

    def press(self, name: str) -> None:
        """Give one key to the controller and draw the result."""
        before = self.controller.place
        self._sentence = ""
        if name == "enter" and before.chapter == END:
            self.controller.press(name)  # may close this form
            self.changed.emit()
            return
        self.controller.press(name)
        self.redraw()
        if self.controller.place.chapter != before.chapter:
            self._drop_keys_typed_ahead()
        self.changed.emit()

    def remarks(self) -> list[AnswerKey]:
        """Return the rows that the township has sent back."""
        return list(self._remarks)

    def move_to(self, key: AnswerKey) -> None:
        """Put the cursor on one row."""
        self._move_now(Place(self.controller.board.question(key).chapter, key))

    def look(self, name: str) -> None:
        """Press a key whatever was painted before, for pictures."""
        self._is_painted = True
        self.press(name)

    def toggle_help(self) -> None:
        """Show or hide the explanation of the cursor's question."""
        self._with_help = not self._with_help
        self.redraw()

    def redraw(self) -> None:
        """Draw bars and the open chapter, and put the keyboard at the cursor."""
        controller = self.controller
        today, who = self._signature
        self.strip.set_text(presenter.strip_text(controller, today, who))
        for chapter in controller.board.form.chapters:
            bar = presenter.bar_text(controller, chapter, self._remarks)
            self.bars[chapter.code].set_text(bar)
        self.end.set_text(presenter.end_text(controller, self._sentence))
        had_focus, old = self._has_focus_inside(), self.panel
        self._draw_rows()
        if had_focus:
            self._cursor_widget().setFocus(Qt.FocusReason.OtherFocusReason)
        self._drop(old)  # last, so that focus never falls to a neighbour
        QTimer.singleShot(0, self._show_cursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._cursor_widget().setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = symbol(event)
        if not name:
            event.ignore()
            return
        event.accept()
        if event.isAutoRepeat() or not self._is_painted:
            return
        self.press(name)

    # ---------------------------------------------------------------- inner parts
    def _build(self) -> None:
        box = QWidget()
        self._layout = QVBoxLayout(box)
        self._layout.setContentsMargins(0, 0, 4, 0)
        self._layout.setSpacing(2)
        for bar in (self.strip, *self.bars.values(), self.end):
            bar.entered.connect(self._on_bar)
            self._layout.addWidget(bar)
        self._layout.addStretch()
        self.setWidget(box)

    def _draw_rows(self) -> None:
        self.panel, self.rows = None, {}
        chapter = self.controller.chapter
        if chapter is not None and self.controller.place.key is not None:
            self.panel = self._make_panel(chapter.code)
            index = self._layout.indexOf(self.bars[chapter.code])
            self._layout.insertWidget(index + 1, self.panel)
        self._order_tabs()

    def _drop(self, old: QFrame | None) -> None:
        if old is not None:
            self._layout.removeWidget(old)
            old.hide()
            old.deleteLater()

    def _make_panel(self, code: str) -> QFrame:
        panel = QFrame()
        panel.setObjectName("openChapter")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(0)
        for key in self.controller.board.rows(code):
            remark = self._remarks.get(key, "")
            text = presenter.row_text(self.controller, key, remark, self._with_help)
            row = RowView(text)
            row.entered.connect(self._on_row)
            row.digit.connect(self._on_option)
            row.typed.connect(self._on_typed)
            row.symbol_typed.connect(self.press)
            self.rows[key] = row
            layout.addWidget(row)
        return panel

    def _order_tabs(self) -> None:
        """Tab follows the eye: strip, bars, and the open rows right below their bar."""
        chain: list[QWidget] = [self.strip]
        for code, bar in self.bars.items():
            chain.append(bar)
            if code == self.controller.place.chapter:
                chain += [row.field or row for row in self.rows.values()]
        chain.append(self.end)
        for first, second in itertools.pairwise(chain):
            QWidget.setTabOrder(first, second)

    def _cursor_widget(self) -> QWidget:
        place = self.controller.place
        if place.key is not None and place.key in self.rows:
            row = self.rows[place.key]
            return row.field or row
        return {STRIP: self.strip, END: self.end}.get(place.chapter) or self.bars[place.chapter]

    def _show_cursor(self) -> None:
        widget = self._cursor_widget()
        if self.panel is not None:
            self.ensureWidgetVisible(self.panel, 0, 4)
        self.ensureWidgetVisible(widget, 0, 24)

    def _has_focus_inside(self) -> bool:
        focus = QApplication.focusWidget()
        return isinstance(focus, QWidget) and (focus is self or self.isAncestorOf(focus))

    def _drop_keys_typed_ahead(self) -> None:
        """Ignore keys that were typed before the new chapter could be seen."""
        self._is_painted = False
        QTimer.singleShot(0, self._on_painted)

    def _on_painted(self) -> None:
        self._is_painted = True

    def _on_bar(self, code: str) -> None:
        self._move(Place(code))

    def _on_row(self, key: AnswerKey) -> None:
        self._move(Place(self.controller.board.question(key).chapter, key))

    def _move(self, place: Place) -> None:
        if place == self.controller.place:
            self._cursor_widget().setFocus(Qt.FocusReason.MouseFocusReason)
            return
        # Later, because the click may come from a row that drawing replaces.
        QTimer.singleShot(0, lambda: self._move_now(place))

    def _move_now(self, place: Place) -> None:
        self.controller.go(place)
        self.redraw()
        self._cursor_widget().setFocus(Qt.FocusReason.MouseFocusReason)
        self.changed.emit()

    def _on_option(self, key: AnswerKey, digit: str) -> None:
        QTimer.singleShot(0, lambda: self._choose(key, digit))

    def _choose(self, key: AnswerKey, digit: str) -> None:
        self.controller.choose(key, digit)
        self.redraw()
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        self.controller.type_text(text)
        key = self.controller.place.key
        row = self.rows.get(key) if key is not None else None
        if key is not None and row is not None:
            fresh = presenter.row_text(self.controller, key, "", with_help=False)
            row.set_live(fresh.problem, fresh.severity)
        self.changed.emit()
