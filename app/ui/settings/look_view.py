"""Text size, and the fonts of the papers: found, missing, the county's own."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.ops import paper_fonts
from app.ui import theme
from app.ui.page import Desk
from app.ui.parts import Card, button, plain, quiet


class LookView(QWidget):
    """``scale_chosen`` carries the text size."""

    scale_chosen = Signal(float)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.scale = QComboBox()
        self.scale.setAccessibleName("字号")
        for value in theme.SCALES:
            self.scale.addItem(f"{round(value * 100)}%", value)
        self.scale.activated.connect(
            lambda _index: self.scale_chosen.emit(float(self.scale.currentData()))
        )
        self.missing, self.problem = plain(), plain()
        self.problem.setProperty("kind", "problem")
        self.files = {style: plain() for style in paper_fonts.STYLES}
        self._arrange()

    def refresh(self) -> None:
        store = self._desk.store
        found = self._desk.runner.call(lambda: paper_fonts.state(store))
        if found is None:
            return
        names = "、".join(found.missing)
        self.missing.setText(
            f"没有找到：{names}。生僻字可能印成〓，印时会告诉您是哪几个。"
            if found.missing
            else "程序自带的字体都在，国标二级字都能印。"
        )
        for style, label in self.files.items():
            own = found.own.get(style)
            label.setText(own.name if own else "程序自带")
        self.problem.setText("\n".join(found.problems.values()))
        self.problem.setVisible(bool(found.problems))

    def set_scale(self, scale: float) -> None:
        """Show the text size that is on."""
        place = min(range(len(theme.SCALES)), key=lambda n: abs(theme.SCALES[n] - scale))
        self.scale.setCurrentIndex(place)

    def choose(self, style: str, path: Path | None) -> None:
        """Name an own font file, or go back to the bundled one."""
        store, actor = self._desk.store, self._desk.actor
        self._desk.runner.call(lambda: paper_fonts.choose(store, actor, style, path))
        self.refresh()

    def _asker(self, style: str) -> Callable[[], None]:
        def ask() -> None:
            name, _filter = QFileDialog.getOpenFileName(self, "选择字体", "", "字体 (*.ttf)")
            if name:
                self.choose(style, Path(name))

        return ask

    def _back(self, style: str) -> Callable[[], None]:
        return lambda: self.choose(style, None)

    def _arrange(self) -> None:
        size = Card("字号")
        row = QHBoxLayout()
        row.addWidget(self.scale)
        row.addWidget(quiet("也可随时按 Ctrl+= 放大、Ctrl+- 缩小"), 1)
        size.body.addLayout(row)
        fonts = Card("打印字体")
        fonts.body.addWidget(self.missing)
        grid = QGridLayout()
        for number, (style, name) in enumerate(paper_fonts.STYLES.items()):
            choose = button("选字体文件", self._asker(style))
            back = button("用自带的", self._back(style))
            choose.setAccessibleName(f"{name}选字体文件")
            for column, widget in enumerate((QLabel(name), self.files[style], choose, back)):
                grid.addWidget(widget, number, column)
        grid.setColumnStretch(1, 1)
        fonts.body.addLayout(grid)
        fonts.body.addWidget(self.problem)
        fonts.body.addWidget(
            quiet("县里有可嵌入的仿宋、小标宋，可在这里选；不许嵌入的会说明原因。")
        )
        layout = QVBoxLayout(self)
        layout.addWidget(size)
        layout.addWidget(fonts)
        layout.addStretch()
