"""The stage of the demo: three replicas, the day of the story, and the stick between them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.store import Store
from app.ops import exchange
from app.ops.setup import ReplicaPlan

PERIOD = Period(2025, 10)
PACKAGE = ".变更包"
RANKS = ("village", "township", "county")
REMARK = "请联系学校、司法所劝返，附联系记录。"
_DAYS = {
    "start": 8, "visit": 12, "confirm": 13, "export": 14, "review": 15, "answer": 16,
    "determine": 17, "deliver": 20, "follow_up": 22, "check": 24, "last": 25,
}  # fmt: skip
LEVELS = {
    "village": ReplicaPlan("village", "539901101201", "上坝村", "张卫东"),
    "township": ReplicaPlan("township", "539901101000", "青石镇", "王芳"),
    "county": ReplicaPlan("county", "539901000000", "云屏县", "李审核"),
}


@dataclass
class Story:
    """The three replicas while the story runs. ``tell``: progress for people."""

    folder: Path
    passphrase: str
    households: int
    seed: int
    tell: Callable[[str], None]
    stores: dict[str, Store] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    made: list[Path] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    day: str = "start"

    @property
    def files(self) -> Path:
        """Where the roster, PDFs and packages lie."""
        return self.folder / "files"

    @property
    def today(self) -> date:
        """The day of the story."""
        return date(PERIOD.year, PERIOD.month, _DAYS[self.day])

    def now(self) -> datetime:
        """The time of the story: noon in China."""
        return datetime(PERIOD.year, PERIOD.month, self.today.day, 4, tzinfo=UTC)


def carry(story: Story, sender: str, receiver: str) -> None:
    """Write a package on the stick and take it in on the other side."""
    number = sum(path.suffix == PACKAGE for path in story.made) + 1
    path = story.files / f"{number:02d}-{LEVELS[sender].name}到{LEVELS[receiver].name}{PACKAGE}"
    goes_up = RANKS.index(sender) < RANKS.index(receiver)
    to = "parent" if goes_up else story.stores[receiver].device_id
    exchange.export_package(story.stores[sender], story.actors[sender], to, path, story.now())
    exchange.import_package(story.stores[receiver], story.actors[receiver], path, story.now())
    story.made.append(path)
