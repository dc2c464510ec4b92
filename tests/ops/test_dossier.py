"""一户一档: cover, contents that point to the right pages, and only the chosen papers."""

import re
from pathlib import Path

import pypdfium2
import pytest

from app.domain.dossier import PAPERS, USUAL
from app.models.attachment import AttachmentContent
from app.models.store import Store
from app.ops import attachments, dossier, measures, sheets
from app.ops.attachments import Thing
from app.ops.errors import UnknownHouseholdError
from app.ops.measures import NewMeasure
from app.reports.errors import NothingToPrintError
from tests.ops import photos as pictures
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october, printing
from tests.reports.reading import bookmarks, page_texts


@pytest.fixture
def home(store: Store) -> str:
    household_id = add_family(store)
    open_october(store)
    answer_all(store, household_id)
    return household_id


def test_the_contents_point_to_the_page_where_each_paper_begins(
    store: Store, home: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    printed = dossier.print_dossier(store, home, printing(path))
    texts = page_texts(path)
    assert printed.pages == len(texts)
    found = dict(bookmarks(path))
    contents = texts[found["目录"]]
    for number, title in enumerate((PAPERS[key] for key in USUAL), 1):
        page = found[title] + 1
        assert f"{number}{title}{page}" in re.sub(r"\s", "", contents)
        assert f"档案第 {page} 页" in texts[page - 1]
        assert page % 2 == 1


def test_numbers_of_certificates_are_masked_everywhere(
    store: Store, home: str, tmp_path: Path
) -> None:
    dossier.print_dossier(store, home, printing(tmp_path / "a.pdf"))
    text = "".join(page_texts(tmp_path / "a.pdf"))
    assert "539901********0359" in text
    assert "539901198204120359" not in text
    assert "赵明月" in text


def test_only_the_chosen_papers_are_in_the_file(store: Store, home: str) -> None:
    made = dossier.dossier(store, home, TODAY, ("visits", "plan"))
    assert [part.key for part in made.parts] == ["plan", "visits"]


def test_handed_in_months_stand_side_by_side(store: Store, home: str) -> None:
    def answers() -> list[tuple[str, ...]]:
        (part,) = dossier.dossier(store, home, TODAY, ("sheets",)).parts
        return [row for one in part.listings for row in one.rows]

    assert answers() == []
    sheet = sheets.open_sheet(store, home, OCTOBER, TODAY)
    assert sheets.submit_sheet(store, ME, sheet.sheet_id, TODAY).missing == ()
    later = TODAY.replace(month=11)
    (part,) = dossier.dossier(store, home, later, ("sheets",)).parts
    rows = [row for one in part.listings for row in one.rows]
    assert any(row[0] == "ED-01" and row[2] == "赵明远" for row in rows)


def test_photos_come_at_the_end_where_they_are_wanted(
    store: Store, home: str, tmp_path: Path
) -> None:
    thing = Thing("household", home)
    attachments.add_files(
        store, ME, [thing], [pictures.photo(tmp_path / "屋顶.jpg")], "屋顶", TODAY
    )
    attachments.add_files(store, ME, [thing], [pictures.scan(tmp_path / "证.pdf")], "证", TODAY)
    lost = attachments.add_files(
        store, ME, [thing], [pictures.photo(tmp_path / "墙.jpg", colour="blue")], "墙", TODAY
    ).lines[0]
    with store.absorb() as session:
        session.delete(session.get_one(AttachmentContent, lost.sha256))
    path = tmp_path / "a.pdf"
    dossier.print_dossier(store, home, printing(path))
    assert "照片" not in "".join(page_texts(path))
    dossier.print_dossier(store, home, printing(path), ("members", "photos"))
    text = "".join(page_texts(path))
    for words in (
        "附照片和扫描件3张",
        "．户·屋顶",
        "．户·证（扫描件）",
        "．户·墙",
        "还没有到本机",
    ):
        assert words in text
    assert pictures_in(path) == 2


def pictures_in(path: Path) -> int:
    """Return how many pictures a PDF holds."""
    document = pypdfium2.PdfDocument(path)
    kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    count = sum(len(list(page.get_objects(filter=kinds))) for page in document)
    document.close()
    return count


def test_nothing_chosen_is_refused(store: Store, home: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToPrintError):
        dossier.print_dossier(store, home, printing(tmp_path / "a.pdf"), ())
    assert not (tmp_path / "a.pdf").exists()
    with pytest.raises(UnknownHouseholdError):
        dossier.print_dossier(store, "nobody", printing(tmp_path / "a.pdf"))


def test_the_lists_of_one_household_do_not_repeat_whose_they_are(store: Store, home: str) -> None:
    given = answer_all(store, home, {("WT-01", ""): "short"})
    sheets.submit_sheet(store, ME, given, TODAY)
    new = NewMeasure(home, "health", "大病救治", "李会计", cause="illness")
    measures.plan_measure(store, ME, new, TODAY)
    made = dossier.dossier(store, home, TODAY, ("warnings", "measures"))
    listings = [listing for part in made.parts for listing in part.listings]
    assert [len(listing.rows) for listing in listings] == [1, 1]
    for listing in listings:
        headings = [column.heading for column in listing.columns]
        assert "户主" not in headings
        assert "状态" in headings
        assert all(len(row) == len(headings) for row in listing.rows)
