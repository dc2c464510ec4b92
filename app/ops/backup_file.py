"""The file of a backup: one encrypted whole copy that carries its own vault.

Parts: magic, format u16, header length u32, header (JSON), SHA-256 of these, vault, database, seal.
The header is public and names no person. The seal (HMAC-SHA256 by a key derived from the
data key, over everything before the vault) proves that whoever wrote the header had the data key.
"""

import hashlib
import hmac
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from app.ops.backup_errors import (
    BackupCutError,
    BackupDamagedError,
    NewerBackupError,
    NotABackupError,
)

SUFFIX = ".备份"
MAGIC = b"ZHUCUNBK"
FORMAT = 1
CHUNK = 1 << 20
_FIXED = struct.Struct(">8sHI")
_MAX_HEADER = 1 << 20
_MAX_VAULT = 1 << 16
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself without any key.

    ``heads``: digest over the heads of all chains. ``own``: this device's chains, as
    ``scope → [number, digest]``, by which an older database is told from a newer one.
    """

    schema: str
    made_at: str
    level: str
    area_code: str
    name: str
    device_id: str
    epoch: str
    heads: str
    own: dict[str, list[int | str]]
    vault_bytes: int
    vault_sha256: str
    database_bytes: int
    database_sha256: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A header that agrees with its digest, and where the parts lie in the file."""

    path: Path
    header: Header
    head: bytes  # everything before the vault

    @property
    def vault_at(self) -> int:
        """Where the vault begins."""
        return len(self.head)

    @property
    def database_at(self) -> int:
        """Where the database begins."""
        return self.vault_at + self.header.vault_bytes

    @property
    def total(self) -> int:
        """The length of the whole file."""
        return self.database_at + self.header.database_bytes + _DIGEST


def write(out: BinaryIO, header: Header, vault: bytes, database: Path, key: bytes) -> None:
    """Write a whole backup into an open file."""
    body = json.dumps(asdict(header), sort_keys=True, ensure_ascii=False).encode()
    head = _FIXED.pack(MAGIC, FORMAT, len(body)) + body
    head += hashlib.sha256(head).digest()
    out.write(head)
    out.write(vault)
    with database.open("rb") as file:
        out.writelines(chunks(file))
    out.write(seal(head, key))


def seal(head: bytes, key: bytes) -> bytes:
    """Return the proof that the writer of the header had the data key."""
    own_key = hmac.digest(key, b"zhucun backup seal 1", "sha256")
    return hmac.digest(own_key, head, "sha256")


def has_magic(path: Path) -> bool:
    """Tell whether a file begins like a backup, damaged or not."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def open_file(path: Path) -> Opened:
    """Read the header, checked by length and digest.

    Raises:
        NotABackupError, NewerBackupError, BackupCutError, BackupDamagedError.
        OSError: not readable.
    """
    if not path.is_file():
        raise NotABackupError("no file", file=path.name)
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(_FIXED.size)
        if fixed[: len(MAGIC)] != MAGIC[: len(fixed)] or not fixed:
            raise NotABackupError("magic", file=path.name)
        if len(fixed) < _FIXED.size:
            raise BackupCutError("fixed part", file=path.name)
        _magic, found, length = _FIXED.unpack(fixed)
        if found > FORMAT:
            raise NewerBackupError(found=f"备份格式 {found}", file=path.name)
        if length > _MAX_HEADER or found < 1:
            raise BackupDamagedError("header length", file=path.name)
        rest = file.read(length + _DIGEST)
    if len(rest) < length + _DIGEST:
        raise BackupCutError("header", file=path.name)
    if hashlib.sha256(fixed + rest[:length]).digest() != rest[length:]:
        raise BackupDamagedError("header digest", file=path.name)
    opened = Opened(path, _header(rest[:length], path), fixed + rest)
    if size != opened.total:
        raise BackupCutError("length", file=path.name)
    return opened


def _header(body: bytes, path: Path) -> Header:
    try:
        header = Header(**json.loads(body))
        sizes_are_sane = 0 < header.vault_bytes <= _MAX_VAULT and header.database_bytes > 0
    except (ValueError, TypeError, RecursionError) as error:
        raise BackupDamagedError(type(error).__name__, file=path.name) from error
    if not sizes_are_sane:
        raise BackupDamagedError("sizes", file=path.name)
    return header


def read_vault(opened: Opened) -> bytes:
    """Return the vault, checked by its digest.

    Raises:
        BackupDamagedError.
    """
    with opened.path.open("rb") as file:
        file.seek(opened.vault_at)
        vault = file.read(opened.header.vault_bytes)
    if hashlib.sha256(vault).hexdigest() != opened.header.vault_sha256:
        raise BackupDamagedError("vault digest", file=opened.path.name)
    return vault


def extract_database(opened: Opened, target: Path) -> str:
    """Write the database into a new file and flush it; return the SHA-256 of the whole backup.

    Raises:
        BackupDamagedError: the digest of the database does not agree.
    """
    whole, digest = hashlib.sha256(), hashlib.sha256()
    header = opened.header
    with opened.path.open("rb") as file, target.open("xb") as out:
        whole.update(file.read(opened.database_at))
        left = header.database_bytes
        while left and (chunk := file.read(min(CHUNK, left))):
            for one in (whole, digest):
                one.update(chunk)
            out.write(chunk)
            left -= len(chunk)
        whole.update(file.read())
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != header.database_sha256:
        raise BackupDamagedError("database digest", file=opened.path.name)
    return whole.hexdigest()


def check_seal(opened: Opened, key: bytes) -> None:
    """Compare the seal.

    Raises:
        BackupDamagedError: the header was not written with this data key.
    """
    if not is_sealed_by(opened, key):
        raise BackupDamagedError("seal", file=opened.path.name)


def is_sealed_by(opened: Opened, key: bytes) -> bool:
    """Tell whether the backup was written with this data key."""
    with opened.path.open("rb") as file:
        file.seek(opened.total - _DIGEST)
        found = file.read(_DIGEST)
    return hmac.compare_digest(found, seal(opened.head, key))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces."""
    while chunk := file.read(CHUNK):
        yield chunk
