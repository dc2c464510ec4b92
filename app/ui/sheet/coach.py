"""The five hints of the first household: one at a time, where the cursor stands."""

from app.ui.sheet.board import END, STRIP, Key
from app.ui.sheet.controller import SheetController

HINTS = (
    "①先按数字：这次见到谁？",
    "②本章第一题按数字；1是正常，同时认可旁边写明的内容。",
    "③没有变化，看一眼，按 + 。",
    "④说不清、不愿说，按 / 。",
    "⑤都看完按 Enter，到下一户。不用存盘。",
)


def coach_text(controller: SheetController) -> str:
    """Return the hint for the place of the cursor."""
    place, chapter = controller.place, controller.chapter
    if place.chapter == STRIP:
        return HINTS[0]
    if place.chapter == END:
        return HINTS[4]
    if place.key is not None:
        return HINTS[3]
    is_plus = chapter is not None and controller.board.key_of(chapter) is Key.PLUS
    return HINTS[2] if is_plus else HINTS[1]
