"""What every sheet that is filled in and read back has: its page, its headings, its hidden key."""

from collections.abc import Sequence
from typing import Any

from app.excel.writer import MAX_TEXT

KEY = "编号（勿改）"
_CONTROL = dict.fromkeys(c for c in range(0x20) if c not in (0x09, 0x0A))


def set_up(book: Any, sheet: Any, headings: Sequence[str], widths: Sequence[float]) -> None:
    """Write the headings, hide the key's column, and lay the sheet out on A4, lying."""
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"})
    for index, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        hidden = {"hidden": True} if heading == KEY else {}
        sheet.set_column(index, index, width, None, hidden)
        sheet.write_string(0, index, heading, head)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def clean(text: str) -> str:
    """Return a text as a cell can hold it: no control characters, not too long."""
    return text.translate(_CONTROL)[:MAX_TEXT]
