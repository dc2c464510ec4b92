"""Devices, chains and packages without a database."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.changeset import (
    Chain,
    Changeset,
    FieldChange,
    Head,
    digest,
    genesis,
    parse_line,
)
from app.sync import keys
from app.sync.base import Base, BaseChain
from app.sync.keys import Certificate, DeviceKeys
from app.sync.package import Address, Content, seal
from app.sync.receipt import Receipt
from app.sync.segments import Segment, sign_head
from app.sync.trust import Trust

COUNTY, TOWNSHIP, VILLAGE, OTHER = (
    "530423000000",
    "530423101000",
    "530423101201",
    "530423101202",
)
EPOCH = "e" * 32
AT = "2025-10-31T08:00:00+00:00"


@dataclass
class Device:
    """A device with keys; ``lines`` makes its chain grow."""

    level: str
    area: str
    name: str
    keys: DeviceKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = keys.new_device(self.level, self.area, self.name)

    @property
    def id(self) -> str:
        return self.keys.device_id

    def chain(self, scope: str = VILLAGE) -> Chain:
        return Chain(self.id, EPOCH, scope)

    def lines(self, count: int, scope: str = VILLAGE, **others: Any) -> list[bytes]:
        """Return the first ``count`` lines of a chain."""
        made: list[bytes] = []
        previous = genesis(self.keys.identity.digest, EPOCH, scope)
        for number in range(1, count + 1):
            values: dict[str, Any] = {
                "chain": self.chain(scope),
                "number": number,
                "previous": previous,
                "at": AT,
                "actor": "张卫东",
                "role": "entry",
                "operation": "edit",
                "operation_id": f"op-{number}",
                "reason": "",
                "changes": (FieldChange("household", "h1", "phone", None, str(number)),),
            }
            line = Changeset(**(values | others)).line()
            made.append(line)
            previous = digest(line)
        return made

    def segment(self, lines: list[bytes], first: int = 1, scope: str = VILLAGE) -> Segment:
        """Return signed lines from number ``first`` on."""
        last, head = first + len(lines) - 1, digest(lines[-1])
        signature = sign_head(self.keys.signing_key, self.chain(scope), last, head)
        return Segment(self.chain(scope), first, last, head, signature, tuple(lines))


@dataclass
class World:
    """A county, its township and two villages, all certified."""

    county: Device = field(default_factory=lambda: Device("county", COUNTY, "峨山县"))
    township: Device = field(default_factory=lambda: Device("township", TOWNSHIP, "云岭镇"))
    village: Device = field(default_factory=lambda: Device("village", VILLAGE, "青石村"))
    other: Device = field(default_factory=lambda: Device("village", OTHER, "大箐村"))

    def __post_init__(self) -> None:
        self.certificates: tuple[Certificate, ...] = (
            certify(self.county, self.county),
            certify(self.county, self.township),
            certify(self.township, self.village),
            certify(self.township, self.other),
        )
        self.trust = Trust(self.county.id, self.certificates)

    def base(self) -> Base:
        """Return a base of four changesets: the first is left out, the second abridged."""
        lines = self.village.lines(4)
        head = Head(4, digest(lines[-1]))
        signature = sign_head(self.village.keys.signing_key, self.village.chain(), *head)
        places = b"".join(hashlib.sha256(line).digest() for line in lines)
        chain = BaseChain(self.village.chain(), head, signature, places)
        abridged = replace(parse_line(lines[1]), changes=()).line()
        return Base(VILLAGE, "2025-09", AT, (chain,), (abridged, *lines[2:]))

    def package(
        self,
        *segments: Segment,
        sender: Device | None = None,
        receiver: Device | None = None,
        number: int = 1,
    ) -> bytes:
        """Return a package, from the village to its township unless told otherwise."""
        address = Address(EPOCH, (receiver or self.township).keys.identity, number)
        receipt = Receipt({s.chain: Head(s.last, s.digest) for s in segments}, {})
        content = Content(self.certificates, segments, receipt)
        return seal((sender or self.village).keys, address, content, AT)


def certify(issuer: Device, subject: Device, *epochs: str) -> Certificate:
    return keys.certify(issuer.keys, subject.keys.identity, epochs or (EPOCH,), AT)
