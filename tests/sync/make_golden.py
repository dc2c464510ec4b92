"""Make the golden package of this format version (run by hand, once per released version).

Keys, epochs and times are fixed; age adds its own randomness, so the file differs each time and
is kept in ``tests/data/packages``. Later versions must open every file that lies there.
"""

import json
from pathlib import Path

from app.sync.records import parse_json
from tests.sync.builders import World

FOLDER = Path(__file__).parent.parent / "data" / "packages"


def make(folder: Path, version: str) -> None:
    """Write the package and what is needed to open it: these keys protect nothing."""
    world = World()
    lines = world.village.lines(3)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{version}.变更包").write_bytes(world.package(world.village.segment(lines)))
    township = world.township.keys
    known = {
        "root": world.county.id,
        "certificates": [c.signed.pair() for c in world.certificates],
        "identity": parse_json(township.identity.record),
        "signing_key": township.signing_key.hex(),
        "encryption_key": township.encryption_key,
        "lines": [line.decode() for line in lines],
    }
    text = json.dumps(known, ensure_ascii=False, indent=1)
    (folder / f"{version}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(FOLDER, "format-1-schema-1")
