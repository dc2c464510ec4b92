"""Which papers go into a household's file."""

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.dossier import PAPERS, USUAL
from app.ui.parts import button, plain


class DossierDialog(QDialog):
    """One tick for each paper; all but the pictures are ticked at first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("一户一档")
        self.ticks = {key: QCheckBox(name) for key, name in PAPERS.items()}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(plain("选要装进档案的材料。封面和目录会自动加上。"))
        self.take_button = button("排版预览", self.accept, primary=True)
        for key, tick in self.ticks.items():
            tick.setChecked(key in USUAL)
            tick.toggled.connect(lambda _on: self.take_button.setEnabled(bool(self.chosen())))
            layout.addWidget(tick)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("先不打印", self.reject))
        row.addWidget(self.take_button)
        layout.addLayout(row)

    def chosen(self) -> tuple[str, ...]:
        """Return the keys of the ticked papers."""
        return tuple(key for key, tick in self.ticks.items() if tick.isChecked())
