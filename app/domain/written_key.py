"""A secret as people write it on paper: eight groups of four letters and digits."""

import base64
import secrets

SECRET_BYTES = 20  # 160 random bits: 32 letters of base32


def new_secret() -> bytes:
    """Return a new random secret."""
    return secrets.token_bytes(SECRET_BYTES)


def write_key(secret: bytes) -> str:
    """Return the secret in groups of four."""
    letters = base64.b32encode(secret).decode()
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def read_key(text: str) -> bytes:
    """Return the secret of what was typed; blanks, dashes and case do not matter.

    Raises:
        ValueError: not such a key.
    """
    secret = base64.b32decode("".join(c for c in text.upper() if c.isalnum()))
    if len(secret) != SECRET_BYTES:
        raise ValueError("not as long as a key")
    return secret
