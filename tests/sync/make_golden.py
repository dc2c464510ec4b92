"""Make the golden package of this format version (run by hand, once per released version).

Keys, epochs and times are fixed; age adds its own randomness, so the file differs each time and
is kept in ``tests/data/packages``. Later versions must open every file that lies there.
"""

import json
from pathlib import Path

from app.domain.changeset import Head
from app.sync.base import seal_base
from app.sync.package import Address, Content, seal
from app.sync.receipt import Receipt
from app.sync.records import parse_json
from tests.sync.builders import AT, EPOCH, World

PHOTO = b"\xff\xd8\xff\xe0photo"
FOLDER = Path(__file__).parent.parent / "data" / "packages"


def make(folder: Path, version: str) -> None:
    """Write the package and what is needed to open it: these keys protect nothing."""
    world = World()
    base = world.base()
    lines = world.village.lines(6)
    segment = world.village.segment(lines[4:], first=5)
    content = Content(
        world.certificates,
        (segment,),
        Receipt({segment.chain: Head(6, segment.digest)}, {}, lacking=("0" * 64,)),
        (seal_base(world.township.keys, base),),
        (PHOTO,),
    )
    keys = world.village.keys
    folder.mkdir(parents=True, exist_ok=True)
    data = seal(world.township.keys, Address(EPOCH, keys.identity, 1), content, AT)
    (folder / f"{version}.变更包").write_bytes(data)
    known = {
        "root": world.county.id,
        "certificates": [c.signed.pair() for c in world.certificates],
        "identity": parse_json(keys.identity.record),
        "signing_key": keys.signing_key.hex(),
        "encryption_key": keys.encryption_key,
        "lines": [line.decode() for line in lines[4:]],
        "base": [line.decode() for line in base.lines],
        "contents": [PHOTO.hex()],
        "sender": "云岭镇",
    }
    text = json.dumps(known, ensure_ascii=False, indent=1)
    (folder / f"{version}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(FOLDER, "format-1-schema-2")
