"""Photos as phones make them, and files that are none: made anew for each test."""

import io
import os
import struct
import zlib
from pathlib import Path

from PIL import Image

PLANTED = "欧阳漏测"  # written by the camera; must not be kept
DAY = "2025:10:12 09:30:00"


def photo(path: Path, *, size: tuple[int, int] = (1200, 800), colour: str = "steelblue") -> Path:
    """Write a JPEG with everything that a phone writes: upright only by its note, place, name."""
    image = Image.new("RGB", size, colour)
    image.paste("orange", (0, 0, size[0] // 4, size[1] // 4))  # the corner at the upper left
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    exif[0x010E] = PLANTED
    exif.get_ifd(0x8769)[0x9003] = DAY
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (26.0, 5.0, 3.0)
    image.save(path, "JPEG", exif=exif, comment=PLANTED.encode())
    return path


def noise(path: Path, side: int) -> Path:
    """Write a picture that cannot be compressed well."""
    image = Image.frombytes("RGB", (side, side), os.urandom(3 * side * side))
    image.save(path)
    return path


def bomb(path: Path, side: int) -> Path:
    """Write a small PNG that says it has so many pixels, and does."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = zlib.compress(b"\0" * (side // 8 + 1) * side)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )
    return path


def scan(path: Path, pages: int = 1) -> Path:
    """Write a PDF of grey pages."""
    sheets = [Image.new("L", (200, 280), 200) for _ in range(pages)]
    sheets[0].save(path, "PDF", save_all=True, append_images=sheets[1:])
    return path


def in_mode(path: Path, mode: str) -> Path:
    """Write a picture whose pixels are kept in an unusual way."""
    Image.new("L", (60, 40), 90).convert(mode).save(path)
    return path


def animated(path: Path) -> Path:
    """Write a PNG of two frames."""
    second = Image.new("RGB", (50, 50), "red")
    Image.new("RGB", (50, 50)).save(path, save_all=True, append_images=[second])
    return path


def opened(content: bytes) -> Image.Image:
    """Return what the bytes show."""
    return Image.open(io.BytesIO(content))
