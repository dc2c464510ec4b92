"""Pages per second of the plan sheets, against the same texts and lines drawn bare.

Run with ``python -m tests.bench.bench_plan [households]``; prints, asserts nothing.
"""

import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from app.domain.plan import PlanDocument
from app.reports.pages import UPRIGHT, Page
from app.reports.plan import paper, render
from app.reports.table import Layout
from tests.reports.samples import document, full_source, large_source, make_source


def village(households: int) -> list[PlanDocument]:
    """Return sheets of different households; every tenth is large, every fifth empty."""
    sources = []
    for n in range(households):
        number = f"{n:04d}"
        if n % 10 == 9:
            sources.append(large_source())
        elif n % 5 == 4:
            sources.append(make_source(household_no=number))
        else:
            sources.append(full_source(household_no=number))
    return [document(source) for source in sources]


def draw_bare(pages: list[Page]) -> int:
    """Draw ready strings at ready places, one drawString each, and every line once."""
    canvas = Canvas(BytesIO(), pagesize=A4, invariant=1, pageCompression=1)
    for page in pages:
        for y, row in page:
            top = UPRIGHT.height - UPRIGHT.top - y
            for font, size, x, down, text in row.texts:
                canvas.setFont(font, size)
                canvas.drawString(UPRIGHT.left + x, top - down, text)
            for x in row.verticals:
                left = UPRIGHT.left + x
                canvas.line(left, top, left, top - row.height)
            if row.verticals:
                right = UPRIGHT.left + row.verticals[-1]
                canvas.line(UPRIGHT.left, top, right, top)
        canvas.showPage()
    return len(canvas.getpdfdata())


def main(households: int) -> None:
    documents = village(households)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.pdf"
        render(documents[:1], path)  # fonts are loaded once
        start = time.perf_counter()
        printed = render(documents, path)
        seconds = time.perf_counter() - start
        size = path.stat().st_size
    layout = Layout()
    pages = [page for one in documents for page in paper(one, layout).pages]
    start = time.perf_counter()
    draw_bare(pages)
    bound = time.perf_counter() - start
    rate = len(pages) / seconds
    sys.stdout.write(
        f"{households} households, {printed.pages} pages, {size / 1e6:.2f} MB, {seconds:.2f} s, "
        f"{rate:.0f} pages/s; bare {bound:.2f} s, ratio {seconds / bound:.2f}\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
