"""How every form is laid out: what it is about, its fields, what is wrong, its buttons."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

_WIDE = 40  # characters
_MOST_WIDTH, _MOST_HEIGHT = 1300, 700  # pixels: a screen of 1366×768 with its task bar
_SPARE_LINES = 2  # for what is wrong with a field


def frame(
    dialog: QDialog,
    head: Sequence[QWidget],
    fields: QLayout,
    problem: QWidget,
    buttons: Sequence[QPushButton],
) -> None:
    """Lay a form out at the size of what it asks, never beyond the screen: then it scrolls.

    ``buttons`` stand at the right below, the one that takes the form last.
    """
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 8, 0)
    column.addLayout(fields)
    column.addStretch()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(inner)
    row = QHBoxLayout()
    row.addStretch()
    for made in buttons:
        row.addWidget(made)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 16, 20, 16)
    layout.setSpacing(10)
    for widget in head:
        layout.addWidget(widget)
    layout.addWidget(area, 1)
    layout.addWidget(problem)
    layout.addLayout(row)
    _give_size(dialog, layout, area)


def _give_size(dialog: QDialog, layout: QVBoxLayout, area: QScrollArea) -> None:
    for child in dialog.findChildren(QWidget):
        child.ensurePolished()  # the style sheet adds to what widgets ask for
    width = min(dialog.fontMetrics().horizontalAdvance("汉") * _WIDE, _MOST_WIDTH)
    inner = area.widget().sizeHint().height() - area.sizeHint().height()
    spare = dialog.fontMetrics().lineSpacing() * _SPARE_LINES
    height = layout.totalHeightForWidth(width) + max(0, inner) + spare
    dialog.resize(width, min(height, _MOST_HEIGHT))
