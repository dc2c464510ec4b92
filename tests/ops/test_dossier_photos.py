"""Photos in a printed file: another replica may have sent anything as one."""

import hashlib
import io
import time
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import insert

from app.models.attachment import Attachment, AttachmentContent
from app.models.store import Store
from app.ops import dossier, pictures
from app.ops.dossier_photos import photos_of
from tests.conftest import VILLAGE
from tests.ops.village import TODAY, add_family, printing

JPEG, PDF = "image/jpeg", "application/pdf"


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def jpeg(width: int = 16, height: int = 16) -> bytes:
    """Return a photo of 16 × 16 pixels that says it has others."""
    buffer = io.BytesIO()
    Image.new("L", (16, 16), 90).save(buffer, "JPEG")
    made = bytearray(buffer.getvalue())
    at = made.index(b"\xff\xc0") + 5
    made[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(made)


def scan(side: int, pages: int = 1) -> bytes:
    """Return a PDF whose pages have sides of so many points."""
    kids = "3 0 R " * pages
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        f"2 0 obj<</Type/Pages/Kids[{kids}]/Count {pages}>>endobj\n"
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {side} {side}]>>endobj\n"
        "trailer<</Root 1 0 R>>"
    ).encode()


def arrive(store: Store, home: str, content: bytes, media_type: str) -> None:
    """Let a content and its row stand as a package leaves them, whatever it is."""
    digest = hashlib.sha256(content).hexdigest()
    with store.absorb() as session:
        session.add(
            Attachment(
                id="a1", scope=VILLAGE, subject="household", subject_id=home, household_id=home,
                question_code="", member_id="", sha256=digest, media_type=media_type,
                size=len(content), width=0, height=-5, caption="", added_on=TODAY, added_by="x",
            )
        )  # fmt: skip
        session.execute(insert(AttachmentContent), [{"sha256": digest, "content": content}])


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(b"\xff\xd8\xff<html><script>alert(1)</script></html>", JPEG, id="page"),
        pytest.param(b"\xff\xd8\xff<svg xmlns='http://www.w3.org/2000/svg'/>", JPEG, id="drawing"),
        pytest.param(b"\xff\xd8\xff\xe0PK\x03\x04" + bytes(90), JPEG, id="archive"),
        pytest.param(b"\xff\xd8\xff\xd9", JPEG, id="no pixels"),
        pytest.param(jpeg(65_000, 65_000), JPEG, id="four thousand million pixels"),
        pytest.param(jpeg(0, 0), JPEG, id="none"),
        pytest.param(jpeg()[:200], JPEG, id="cut"),
        pytest.param(b"%PDF-1.4 nothing behind it", PDF, id="empty scan"),
    ],
)
def test_what_is_no_picture_is_said_in_its_place(
    store: Store, home: str, tmp_path: Path, content: bytes, media_type: str
) -> None:
    arrive(store, home, content, media_type)
    (photo,) = photos_of(store, home)
    assert (photo.content, photo.missing) == (b"", "这一张看不了，请让拍的人重拍")
    dossier.print_dossier(store, home, printing(tmp_path / "a.pdf"), ("photos",))


def test_a_photo_with_a_page_behind_it_is_a_photo_and_measured_anew(
    store: Store, home: str, tmp_path: Path
) -> None:
    arrive(store, home, jpeg() + b"<html><script>alert(1)</script>PK\x03\x04", JPEG)
    (photo,) = photos_of(store, home)
    assert (photo.width, photo.height, photo.missing) == (16, 16, "")
    dossier.print_dossier(store, home, printing(tmp_path / "a.pdf"), ("photos",))


def test_a_scan_of_vast_pages_or_without_end_stays_within_bounds(store: Store, home: str) -> None:
    arrive(store, home, scan(14_400, pages=500), PDF)
    began = time.monotonic()
    found = list(photos_of(store, home))
    assert len(found) == pictures.limits().pdf_pages
    assert {max(photo.width, photo.height) for photo in found} == {pictures.limits().side}
    assert time.monotonic() - began < 20
