"""Where things lie: bundled resources, and the files of one replica's folder."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "resources"
MIGRATIONS = ROOT / "migrations"


@dataclass(frozen=True, slots=True)
class ReplicaPaths:
    """The files of one replica; nothing else is written beside them."""

    folder: Path

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.folder / "replica.db"

    @property
    def heads(self) -> Path:
        """The side record: how far the chains had come; sealed by a key from the data key."""
        return self.folder / "replica.heads"

    @property
    def vault(self) -> Path:
        """The wrapped data key; worthless without passphrase or recovery key."""
        return self.folder / "vault.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that may write."""
        return self.folder / "replica.lock"

    @property
    def holder(self) -> Path:
        """Who has the lock."""
        return self.folder / "replica.holder"

    @property
    def tries(self) -> Path:
        """How often a wrong passphrase was given, for the pause."""
        return self.folder / "tries.json"

    @property
    def preview(self) -> Path:
        """Papers while they are being made for the screen; emptied at each start."""
        return self.folder / "preview"

    @property
    def demo_mark(self) -> Path:
        """A file that says: everybody in here is invented."""
        return self.folder / "demo"

    @property
    def backups(self) -> Path:
        """Encrypted whole copies."""
        return self.folder / "backup"

    @property
    def log(self) -> Path:
        """The log: no personal data."""
        return self.folder / "zhucun.log"


def default_replica() -> ReplicaPaths:
    """Return the replica in the user's own data folder."""
    return ReplicaPaths(Path(platformdirs.user_data_dir("zhucun", appauthor=False)))
