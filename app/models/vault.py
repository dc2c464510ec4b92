"""The data key, wrapped by the passphrase and by the recovery key.

The random 32-byte data key opens the database as it is. The vault file holds it wrapped once by
Argon2id(passphrase) and once by the recovery key. The file's own digest tells 文件损坏 from
口令错误: with a sound vault only the passphrase can be wrong.
"""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain import written_key
from app.models.errors import DamagedFileError, NewerDatabaseError, WrongPassphraseError

VAULT_FORMAT = 1
_NONCE_BYTES = 12
_MEMORY_KIB, _ITERATIONS, _LANES = 64 * 1024, 3, 4  # 0.27 s on the machine of the README


def create_vault(path: Path, passphrase: str) -> tuple[bytes, str]:
    """Write a new vault; return the data key and the recovery key (eight groups of four)."""
    key, recovery = os.urandom(32), written_key.new_secret()
    salt = os.urandom(16)
    kdf = {"memory_kib": _MEMORY_KIB, "iterations": _ITERATIONS, "lanes": _LANES}
    body = {
        "format": VAULT_FORMAT,
        "kdf": kdf | {"salt": _text(salt)},
        "passphrase": _wrap(_from_passphrase(passphrase, body_kdf=kdf, salt=salt), key),
        "recovery": _wrap(_from_recovery(recovery), key),
    }
    _write(path, body)
    return key, written_key.write_key(recovery)


def open_vault(path: Path, passphrase: str) -> bytes:
    """Return the data key.

    Raises:
        WrongPassphraseError: the vault is sound, the passphrase is not the one.
        DamagedFileError, NewerDatabaseError: the vault cannot be read.
    """
    body = _read(path)
    kdf = body["kdf"]
    salt = base64.b64decode(kdf["salt"])
    return _unwrap(body["passphrase"], _from_passphrase(passphrase, body_kdf=kdf, salt=salt))


def open_with_recovery(path: Path, recovery_key: str) -> bytes:
    """Return the data key by the recovery key; blanks, dashes and case do not matter.

    Raises:
        WrongPassphraseError: not the recovery key of this vault.
        DamagedFileError, NewerDatabaseError: the vault cannot be read.
    """
    body = _read(path)
    try:
        recovery = written_key.read_key(recovery_key)
    except ValueError:
        raise WrongPassphraseError("not a recovery key") from None
    return _unwrap(body["recovery"], _from_recovery(recovery))


def seal(key: bytes, purpose: bytes, data: bytes) -> bytes:
    """Return ``data`` sealed by a key that is derived from the data key for one purpose."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _box(key, purpose).encrypt(nonce, data, purpose)


def unseal(key: bytes, purpose: bytes, sealed: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        ValueError: damaged, of another purpose or under another key.
    """
    try:
        return _box(key, purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose)
    except InvalidTag as error:
        raise ValueError("not sealed by this key") from error


def _box(key: bytes, purpose: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(key))


def check_vault(path: Path) -> None:
    """Check that the vault is whole, without any secret.

    Raises:
        DamagedFileError, NewerDatabaseError: the vault cannot be read.
    """
    _read(path)


def change_passphrase(path: Path, key: bytes, passphrase: str) -> None:
    """Wrap the data key by a new passphrase; the recovery key stays."""
    body = _read(path)
    salt = os.urandom(16)
    body["kdf"]["salt"] = _text(salt)
    wrapping = _from_passphrase(passphrase, body_kdf=body["kdf"], salt=salt)
    body["passphrase"] = _wrap(wrapping, key)
    _write(path, body)


def _from_passphrase(passphrase: str, *, body_kdf: dict[str, Any], salt: bytes) -> bytes:
    kdf = Argon2id(
        salt=salt,
        length=32,
        iterations=body_kdf["iterations"],
        lanes=body_kdf["lanes"],
        memory_cost=body_kdf["memory_kib"],
    )
    return kdf.derive(passphrase.encode())


def _from_recovery(recovery: bytes) -> bytes:
    # 160 random bits need no slow derivation, only another use of the same secret.
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"zhucun recovery 1").derive(recovery)


def _wrap(wrapping_key: bytes, key: bytes) -> dict[str, str]:
    nonce = os.urandom(_NONCE_BYTES)
    box = ChaCha20Poly1305(wrapping_key).encrypt(nonce, key, b"zhucun data key 1")
    return {"nonce": _text(nonce), "box": _text(box)}


def _unwrap(slot: dict[str, str], wrapping_key: bytes) -> bytes:
    nonce, box = base64.b64decode(slot["nonce"]), base64.b64decode(slot["box"])
    try:
        return ChaCha20Poly1305(wrapping_key).decrypt(nonce, box, b"zhucun data key 1")
    except InvalidTag:
        raise WrongPassphraseError from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _digest(body: dict[str, Any]) -> str:
    plain = {key: value for key, value in body.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _write(path: Path, body: dict[str, Any]) -> None:
    text = json.dumps(body | {"sha256": _digest(body)}, indent=1)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o600)
    part.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = body["format"]
        if isinstance(found, int) and found > VAULT_FORMAT:
            raise NewerDatabaseError(found=f"口令文件格式 {found}")
        if body["sha256"] != _digest(body):
            raise DamagedFileError("vault digest", file=path.name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedFileError("vault unreadable", file=path.name) from error
    return body
