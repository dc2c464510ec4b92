"""A township whose villages have reported: 15 villages, 200 matters, 280 warnings."""

import hashlib
import io
from datetime import date
from functools import cache
from itertools import count

from PIL import Image
from sqlalchemy.orm import Session

from app.models.attachment import Attachment, AttachmentContent
from app.models.form import Answer, Sheet
from app.models.household import Area, Household, Member
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import pictures

NAMES = ("云岭", "大箐", "河边", "上坝", "下坝", "团山", "松林", "石桥", "龙潭", "竹园", "新寨",
         "老街", "水井", "梨树", "白沙")  # fmt: skip
VILLAGES = tuple(f"5399011012{number:02}" for number in range(1, 16))
HEADS = ("赵德福", "罗小妹", "李阿妹", "熊正友", "段有福", "和金花", "杨文才", "李国保")
OCTOBER_10 = date(2025, 10, 10)
OCTOBER_18 = date(2025, 10, 18)
# code, severity, message, whether it came with a photo
KINDS = (
    (("ED-01", "red", "赵明远辍学", False), ("R-07", "red", "上月在校，本月辍学", False)),
    (("WT-01", "orange", "水量不够，旱季断水", True),),
    (("HS-03", "orange", "屋顶漏雨", False), ("HS-04", "orange", "墙体裂缝", False)),
    (("IN-05", "yellow", "工资被拖欠", False),),
    (("SS-01", "yellow", "养老金没有按月发", False),),
)


def fill(store: Store, *, matters: int = 200) -> None:
    """Write the villages and what they have confirmed, as their packages brought it."""
    with store.absorb() as session:
        for code, name in zip(VILLAGES, NAMES, strict=True):
            session.add(Area(scope=code, area_code=code, area_level="village", name=f"{name}村"))
        session.flush()
        numbers = count()
        for number in range(matters):
            _matter(session, number, numbers)


def _matter(session: Session, number: int, numbers: "count[int]") -> None:
    village = VILLAGES[number % len(VILLAGES)]
    home, head = f"h{number}", HEADS[number % len(HEADS)]
    session.add(
        Household(
            id=home, scope=village, household_no=str(number + 1), position=number,
            hamlet_group="一组", household_kind="lifted", registered_size=1,
        )
    )  # fmt: skip
    member = Member(
        id=f"{home}-1", scope=village, household_id=home, number=1, name=head, relation="户主",
        sex="male", birth_date="1982-04-12", ethnicity="汉族", medical_insurance="resident",
        is_id_no_valid=False, name_pinyin="", name_initials="",
    )  # fmt: skip
    session.add(member)
    session.flush()
    kind = number % len(KINDS)
    _sheets(session, village, home, KINDS[kind][0][0])
    for code, severity, message, photo in KINDS[kind]:
        _warning(session, village, home, next(numbers), (code, severity, message), photo=photo)


def _sheets(session: Session, village: str, home: str, code: str) -> None:
    answers = {"ED-01": ("in_school", "dropout"), "WT-01": ("enough", "short")}
    for month, value in zip(("08", "09", "10"), (0, 0, 1), strict=True):
        sheet = f"{home}-{month}"
        session.add(
            Sheet(
                id=sheet, scope=village, household_id=home, period=f"2025-{month}",
                form_version="2025-01", submitted_on=OCTOBER_10, submitted_by="张卫东",
            )
        )  # fmt: skip
        session.flush()
        session.add(Answer(scope=village, sheet_id=sheet, question="BF-03", value="phone"))
        if code in answers:
            text = answers[code][value]
            member = f"{home}-1" if code == "ED-01" else ""
            session.add(
                Answer(scope=village, sheet_id=sheet, question=code, member_id=member, value=text)
            )


def _warning(
    session: Session, village: str, home: str, number: int, what: tuple[str, str, str],
    *, photo: bool,
) -> None:  # fmt: skip
    code, severity, message = what
    row = HouseholdWarning(
        id=f"w{number}", scope=village, household_id=home,
        member_id=f"{home}-1" if code in ("ED-01", "R-07") else "", code=code,
        severity=severity, message=message, basis=f"{code} {message}", values='{"本月": "有缺项"}',
        question=code if not code.startswith("R-") else "", period="2025-10",
        opened_on=OCTOBER_10,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(
        Step(
            scope=village, subject="warning", subject_id=row.id, household_id=home,
            action="confirm", step_on=OCTOBER_18, actor="张卫东", level="village",
            note="上月起外出打工，已问班主任", due_on=date(2025, 10, 25),
        )
    )  # fmt: skip
    if photo:
        _photo(session, row)


def _photo(session: Session, row: HouseholdWarning) -> None:
    """Attach what the package brought: each its own colour, the content once for equal ones."""
    hue = sum(row.id.encode()) * 37 % 360
    picture = pictures.from_memory(_drawn(hue), "屋顶")
    digest = hashlib.sha256(picture.content).hexdigest()
    if session.get(AttachmentContent, digest) is None:
        session.add(AttachmentContent(sha256=digest, content=picture.content))
    session.add(
        Attachment(
            id=f"a-{row.id}", scope=row.scope, subject="warning", subject_id=row.id,
            household_id=row.household_id, sha256=digest,
            media_type=picture.media_type, size=len(picture.content), width=picture.width,
            height=picture.height, caption="", taken_on=OCTOBER_18, added_on=OCTOBER_18,
            added_by="张卫东",
        )
    )  # fmt: skip


@cache
def _drawn(hue: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("HSV", (320, 240), (hue * 255 // 360, 120, 200)).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()
