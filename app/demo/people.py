"""An invented village: households, people and their numbers, the same for the same seed.

Every person is invented. The area prefix 539901 does not exist, so no identity number here can
belong to a living person; telephone numbers carry 0000 in the middle.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.domain.identity import check_digit

PREFIX = "539901"
AS_OF = date(2025, 10, 1)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
)
_MEN = (
    "德福 有根 长顺 国安 大山 文斌 永贵 正明 连生 志强 "
    "阿旺 广田 福生 水生 老根 建平 学文 云飞 松林 小虎"
)
_WOMEN = (
    "秀兰 桂英 玉琴 彩霞 水莲 淑芬 凤仙 美兰 小妹 玉珍 "
    "桂花 金花 春梅 秀英 阿妹 腊梅 月芬 翠云 丽芳 红艳"
)
_CHILDREN = (
    "明远 明月 晓燕 晓松 小雨 小雷 春生 一鸣 一凡 小龙 "
    "大勇 家乐 苗苗 思琪 雨桐 子涵 梓轩 欣怡 浩然 佳慧"
)
_GROUPS = ("一组", "二组", "三组", "四组")
_RARE = (("段𣲗䶮", "阿苦·木呷·段"), ("李㛃", "古丽孜热·阿卜杜热西提"), ("王𬭚", "王明·扎西"))


@dataclass(slots=True)
class Person:
    """One row of the roster, as people write it."""

    name: str
    relation: str
    sex: str
    birth: date
    id_no: str = ""
    ethnicity: str = "汉族"
    education: str = ""
    school_status: str = ""
    health: str = "健康"
    labor_skill: str = ""
    employment: str = ""
    monthly_wage: int | None = None
    has_dibao: bool = False


@dataclass(slots=True)
class Home:
    """One household of the roster."""

    number: str
    group: str
    kind: str
    people: list[Person] = field(default_factory=list)
    object_type: str = ""
    cause: str = ""
    identified: str = ""
    house: str = "B"
    per_capita: str = "15800"
    phone: str = ""


def village(households: int, seed: int) -> list[Home]:
    """Return invented households; at least the first three carry rare or long names."""
    rng = random.Random(seed)  # noqa: S311  invented people, no secret
    used: set[str] = set()
    homes = [_home(rng, number, used) for number in range(1, households + 1)]
    for home, (head, other) in zip(homes[1::5], _RARE, strict=False):
        home.people[0].name = head
        home.people[-1].name = other if len(home.people) > 1 else home.people[-1].name
    return homes


def _home(rng: random.Random, number: int, used: set[str]) -> Home:
    # The first is the story's: a couple with a boy and a girl in compulsory school.
    is_family = number == 1 or rng.random() < 0.75
    is_object = number % 10 == 3
    kind = "脱贫户" if number % 3 or is_object else "一般农户"
    home = Home(
        number=f"{1000 + number}",
        group=_GROUPS[(number - 1) * len(_GROUPS) // 60 % len(_GROUPS)],
        kind=kind,
        phone=f"187{rng.randrange(10)}0000{number:03d}"[:11],
        per_capita=str(9_600 + rng.randrange(120) * 100),
    )
    surname = rng.choice(_SURNAMES)
    home.people = _family(rng, surname) if is_family else _elders(rng, surname)
    for person in home.people:
        person.id_no = _id_no(rng, person, used)
    if is_object:
        home.object_type, home.cause, home.identified = "脱贫不稳定户", "因学", "2025-03"
        if not any(p.school_status for p in home.people):
            home.cause = "因病"
            home.people[0].health = "长期慢性病"
    return home


def _family(rng: random.Random, surname: str) -> list[Person]:
    father_age = rng.randrange(36, 50)
    job, wage = rng.choice((("县外省内务工", 4200), ("乡内务工", 2600), ("务农", None)))
    people = [
        _adult(rng, surname + rng.choice(_MEN.split()), "户主", "男", father_age),
        _adult(
            rng,
            rng.choice(_SURNAMES) + rng.choice(_WOMEN.split()),
            "配偶",
            "女",
            father_age - 2,
        ),
    ]
    people[0].employment, people[0].monthly_wage = job, wage
    people[1].employment = "务农"
    for relation, sex, age in (("之子", "男", 14), ("之女", "女", 9)):
        name = surname + rng.choice(_CHILDREN.split())
        child = Person(name, relation, sex, _birth(rng, age), labor_skill="无劳动力")
        child.school_status = "七年级" if age >= 13 else "小学"
        people.append(child)
    if rng.random() < 0.3:
        people.append(_elder(rng, surname + rng.choice(_MEN.split()), "之父", "男"))
    return people


def _elders(rng: random.Random, surname: str) -> list[Person]:
    head = _elder(rng, surname + rng.choice(_MEN.split()), "户主", "男")
    wife = _elder(rng, rng.choice(_SURNAMES) + rng.choice(_WOMEN.split()), "配偶", "女")
    head.has_dibao = wife.has_dibao = True
    head.health = "长期慢性病"
    return [head, wife] if rng.random() < 0.6 else [head]


def _adult(rng: random.Random, name: str, relation: str, sex: str, age: int) -> Person:
    return Person(name, relation, sex, _birth(rng, age), education="初中", labor_skill="普通劳动力")


def _elder(rng: random.Random, name: str, relation: str, sex: str) -> Person:
    born = _birth(rng, rng.randrange(66, 80))
    return Person(name, relation, sex, born, education="小学", labor_skill="无劳动力")


def _birth(rng: random.Random, age: int) -> date:
    return date(AS_OF.year - age, rng.randrange(1, 9), rng.randrange(1, 29))


def _id_no(rng: random.Random, person: Person, used: set[str]) -> str:
    """Return an unused number whose date, sex and check digit agree with the person."""
    while True:
        order = rng.randrange(1, 500) * 2 - (person.sex == "男")
        body = f"{PREFIX}{person.birth:%Y%m%d}{order:03d}"
        number = body + check_digit(body)
        if number not in used:
            used.add(number)
            return number


HEADINGS = (
    "村民小组", "户编号", "户主姓名", "家庭人口", "姓名", "与户主关系", "性别", "证件号码",
    "出生日期", "民族", "文化程度", "在校生状况", "健康状况", "劳动技能", "务工区域",
    "务工月收入（元）", "基本医疗保险", "是否参加养老保险", "是否低保", "是否特困供养", "户类型",
    "监测对象类别", "致贫/返贫风险1", "识别监测时间", "风险是否已消除", "人均纯收入（元）",
    "住房安全等级", "是否解决安全饮用水", "户联系电话",
)  # fmt: skip


def rows(homes: list[Home]) -> Iterator[tuple[str | int, ...]]:
    """Return the rows under ``HEADINGS``, household values on each row."""
    for home in homes:
        for person in home.people:
            yield (
                home.group, home.number, home.people[0].name, len(home.people), person.name,
                person.relation, person.sex, person.id_no, person.birth.isoformat(),
                person.ethnicity, person.education, person.school_status, person.health,
                person.labor_skill, person.employment, person.monthly_wage or "", "居民",
                "是" if person.education else "否", "是" if person.has_dibao else "否", "否",
                home.kind, home.object_type, home.cause, home.identified,
                "否" if home.object_type else "", home.per_capita, home.house, "是", home.phone,
            )  # fmt: skip
