"""D rules about who somebody is: identity number, certificate, name, telephone."""

import re
import unicodedata

from app.domain import identity
from app.domain.household import HEAD, Finding
from app.domain.labels import label
from app.domain.rules.run import MemberRule, Run
from app.domain.view import MemberView

_HAN = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002a6df\U0002a700-\U0002ee5d\U0002f800-\U0002fa1f\U00030000-\U000323af"
)
_NAME = re.compile(f"[{_HAN}]+(?:\u00b7[{_HAN}]+)*")
_NOT_HAN = re.compile(f"[^{_HAN}]")
_KIND_DIGITS = ("visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple")


def d_01(run: Run, member: MemberView) -> Finding | None:
    """No identity number: blank, or the 999999 of the national system. Source: D-01, K32."""
    return run.hit("D-01", member) if member.identity.is_missing else None


def d_02(run: Run, member: MemberView) -> Finding | None:
    """An identity number of wrong form, date or check digit. Source: D-02, GB 11643."""
    number = member.identity
    if not number.problem:
        return None
    return run.hit("D-02", member, masked=identity.masked(number.number), reason=number.problem)


def d_03(run: Run, member: MemberView) -> Finding | None:
    """The same number on another person present, here or in another household. Source: D-03."""
    number = member.identity
    if number.is_missing:
        return None
    twins = [
        m.name for m in run.view.members if m is not member and m.identity.number == number.number
    ]
    other = twins[0] if twins else run.facts.other_ids.get(number.number)
    return run.hit("D-03", member, other=other or "他户成员") if other is not None else None


def d_04(run: Run, member: MemberView) -> Finding | None:
    """A valid number says another sex or birthday than the roster. Source: D-04, K47."""
    number, person = member.identity, member.member
    if not number.is_valid or number.birth_date is None:
        return None
    said, registered = [], []
    if person.sex and person.sex != number.sex:
        said.append(label("sex", number.sex))
        registered.append(label("sex", person.sex))
    born = number.birth_date.isoformat()
    roster = person.birth_date.isoformat() if person.birth_date else person.birth_month
    if roster and not born.startswith(roster):
        said.append(f"{born}出生")
        registered.append(f"{roster}出生")
    if not said:
        return None
    return run.hit("D-04", member, from_id="、".join(said), registered="、".join(registered))


def d_15(run: Run, member: MemberView) -> Finding | None:
    """Disability registered or certified, and the certificate missing or not fitting.

    Its 19th character is the kind (1 to 7), the 20th the grade. Source: D-15.
    """
    person = member.member
    certificate = identity.normalise(person.disability_cert_no)
    if not ("disabled" in member.health or member.is_disabled or certificate):
        return None
    reason = _certificate_problem(member, certificate)
    return run.hit("D-15", member, reason=reason) if reason else None


def _certificate_problem(member: MemberView, certificate: str) -> str:
    if not certificate:
        return "没有残疾人证号"
    if len(certificate) not in {20, 22}:
        return f"残疾人证号应为20或22位，现有{len(certificate)}位"
    number = member.identity
    if number.is_valid and certificate[:18] != number.number:
        return "残疾人证号前18位与证件号码不同"
    kind, grade = member.member.disability_kind, member.member.disability_grade
    digit = str(_KIND_DIGITS.index(kind) + 1) if kind in _KIND_DIGITS else ""
    if certificate[18] != digit or certificate[19] != str(grade):
        return "残疾人证号的类别或等级与登记不同"
    return ""


def d_21(run: Run, member: MemberView) -> Finding | None:
    """A telephone number that is no mobile number, or none for the head. Source: D-21, K47."""
    if member.member.phone is None:
        return None
    phone = identity.normalise_phone(member.member.phone)
    if (not phone and member.member.relation != HEAD) or identity.is_mobile(phone):
        return None
    return run.hit("D-21", member, phone=_masked_phone(phone) or "（空）")


def _masked_phone(phone: str) -> str:
    return phone if len(phone) < 8 else f"{phone[:3]}…{phone[-2:]}（{len(phone)}位）"


def d_22(run: Run, member: MemberView) -> Finding | None:
    """A valid telephone number that another household has too. Source: D-22."""
    if not member.member.phone:
        return None
    phone = identity.normalise_phone(member.member.phone)
    if not identity.is_mobile(phone) or phone not in run.facts.other_phones:
        return None
    return run.hit("D-22", member, other_household=run.facts.other_phones[phone] or "他户")


def d_23(run: Run, member: MemberView) -> Finding | None:
    """A name that is not Han characters in groups joined by single middle dots (U+00B7).

    Source: D-23, K33, K34.
    """
    if _NAME.fullmatch(member.name):
        return None
    wrong = _NOT_HAN.search(member.name.replace("\u00b7", ""))
    return run.hit("D-23", member, char=_char_words(wrong[0] if wrong else ""))


def _char_words(char: str) -> str:
    if not char:
        return "多余的间隔点或为空"
    if char.isspace():
        return "空格"
    if not char.isprintable():
        return unicodedata.name(char, "看不见的字符")
    return f"“{char}”"


IDENTITY_RULES: dict[str, MemberRule] = {
    "D-01": d_01,
    "D-02": d_02,
    "D-03": d_03,
    "D-04": d_04,
    "D-15": d_15,
    "D-21": d_21,
    "D-22": d_22,
    "D-23": d_23,
}
