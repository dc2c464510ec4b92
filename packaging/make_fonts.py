"""Makes the fonts of resources/fonts from the published packages.

The result is committed, so nobody needs this to build or run the program. To make them again
(needs fonttools 4.68 and nothing else)::

    npm pack @expo-google-fonts/noto-serif-sc@0.4.3
    npm pack @expo-google-fonts/noto-sans-sc@0.4.3
    apt-get download fonts-hanazono && dpkg-deb -x fonts-hanazono_20170904-2.1_all.deb hana
    python packaging/make_fonts.py --serif NAME.tgz --sans NAME.tgz --hana hana/…/HanaMinA.ttf

The same inputs give the same bytes; SHA256SUMS is written beside the fonts.
"""

import argparse
import hashlib
import io
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
LIMIT_BYTES = 40_000_000

# The inputs are pinned: another version would quietly change what is printed.
SERIF_SHA256 = "ff6bcf5ba68d92dfecc05544bb150f9e724741a932354a0dd97e7289c40a3f5e"
SANS_SHA256 = "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59"
HANA_SHA256 = "7ca87559414474848fc513a8d8eb42d5b0f8194c30c2abdfbfedff5398ec88d7"

# The Open Font License reserves the name HanaMinA for the unchanged font. The other licence
# that Hanazono may be used under does not, but a font that lacks most of its characters should
# not answer to that name anyway.
HANA_FAMILY = "Zhucun Hana Ext"
HANA_POSTSCRIPT = "ZhucunHanaExt-Regular"

# Dropped: vertical writing and everything an editor of the font would want. ReportLab and the
# screen use none of it, and it is a tenth of the bytes.
UNUSED_TABLES = ["BASE", "GPOS", "GSUB", "GDEF", "STAT", "FFTM", "prop", "vhea", "vmtx"]


Finish = Callable[[TTFont], None]


def main() -> None:
    """Reads the three inputs and writes four fonts with their checksums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serif", type=Path, required=True)
    parser.add_argument("--sans", type=Path, required=True)
    parser.add_argument("--hana", type=Path, required=True)
    given = parser.parse_args()

    serif_package = read_pinned(given.serif, SERIF_SHA256)
    sans_package = read_pinned(given.sans, SANS_SHA256)
    serif = member(serif_package, "400Regular/NotoSerifSC_400Regular.ttf")
    sans = member(sans_package, "400Regular/NotoSansSC_400Regular.ttf")
    bold = member(sans_package, "700Bold/NotoSansSC_700Bold.ttf")
    hana = read_pinned(given.hana, HANA_SHA256)

    write_subset(serif, characters(serif), FONTS / "NotoSerifSC-Regular.ttf")
    write_subset(sans, characters(sans), FONTS / "NotoSansSC-Regular.ttf")
    write_subset(bold, characters(bold), FONTS / "NotoSansSC-Bold.ttf")
    # A fallback needs only what one of the others lacks.
    lacking = characters(hana) - (characters(serif) & characters(sans) & characters(bold))
    write_subset(hana, lacking, FONTS / "HanaMinA-ext.ttf", rename)
    (FONTS / "LICENSE-NotoSerifSC.txt").write_bytes(member(serif_package, "LICENSE_FONT"))
    (FONTS / "LICENSE-NotoSansSC.txt").write_bytes(member(sans_package, "LICENSE_FONT"))
    write_checksums()


def read_pinned(path: Path, sha256: str) -> bytes:
    """Reads an input and refuses another version of it."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{path.name}: not the pinned version")
    return content


def member(package: bytes, name: str) -> bytes:
    """Reads one file out of an npm package."""
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        stream = archive.extractfile(f"package/{name}")
        if stream is None:
            sys.exit(f"{name}: is not a file")
        return stream.read()


def characters(font: bytes) -> set[int]:
    """Tells the characters of a font; private use has no meaning outside it."""
    known = TTFont(io.BytesIO(font), lazy=True).getBestCmap()
    return {code for code in known if not is_private(code)}


def is_private(code: int) -> bool:
    """Tells whether Unicode leaves the meaning of this code to the font."""
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


def no_change(_font: TTFont) -> None:
    """Keeps the names: what the licences reserve is not used in them."""


def rename(font: TTFont) -> None:
    """Gives the Hanazono subset its own name and says where it comes from."""
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 5)]
    for number, text in (
        (1, HANA_FAMILY),
        (2, "Regular"),
        (3, f"{HANA_POSTSCRIPT}; subset of a Hanazono font of 2017-09-04"),
        (4, f"{HANA_FAMILY} Regular"),
        (6, HANA_POSTSCRIPT),
        (13, "Hanazono Font License; see LICENSE-Hanazono.txt"),
    ):
        names.setName(text, number, 3, 1, 0x409)


def write_subset(source: bytes, codes: set[int], target: Path, finish: Finish = no_change) -> None:
    """Writes the glyphs of these characters, without hints, under stable bytes."""
    options = Options(
        drop_tables=UNUSED_TABLES,
        glyph_names=False,
        hinting=False,
        layout_features=[],
        name_IDs=["*"],
        name_languages=["*"],
        notdef_outline=True,
    )
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    finish(font)
    font.save(target)
    sys.stdout.write(f"{target.name}: {len(codes)} characters, {target.stat().st_size} bytes\n")


def write_checksums() -> None:
    """Writes SHA256SUMS in the format of sha256sum and checks the agreed size."""
    fonts = sorted(FONTS.glob("*.ttf"))
    lines = [f"{hashlib.sha256(font.read_bytes()).hexdigest()}  {font.name}\n" for font in fonts]
    (FONTS / "SHA256SUMS").write_text("".join(lines), encoding="ascii")
    total = sum(font.stat().st_size for font in fonts)
    sys.stdout.write(f"together {total} bytes\n")
    if total > LIMIT_BYTES:
        sys.exit("more than the repository may carry")


if __name__ == "__main__":
    main()
