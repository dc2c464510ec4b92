"""What no linter checks: sizes, who may import which library, who may call what, clean files."""

import ast
import gettext
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from PySide6.QtSvg import QSvgRenderer
from reportlab.pdfbase.ttfonts import TTFontFile

from app.domain.period import Period
from app.domain.rules import RULE_CODES, known_codes
from app.ops import catalogue

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
RESOURCES = ROOT / "resources"

LARGEST_FUNCTION = 60
LARGEST_FILE = 500

# A library may be imported only by these packages or modules of app.
HOMES = {
    "PySide6": ["ui", "bootstrap"],
    "sqlalchemy": ["models", "ops", "sync", "ui/runner"],
    "alembic": ["models"],
    "sqlcipher3": ["models", "bench"],
    "reportlab": ["reports", "bench"],
    "pypdfium2": ["ui", "ops", "cli"],
    "python_calamine": ["excel", "bench"],
    "xlsxwriter": ["excel", "demo", "bench"],
    "openpyxl": ["excel"],
    "cryptography": ["sync", "models/vault"],
    "pyrage": ["sync"],
    "pypinyin": ["models", "domain/pinyin"],
}

# Split, so that this file does not name them itself.
FORBIDDEN_WORDS = [
    "py" + "pi.org",
    "pythonhos" + "ted",
    "npm" + "js.org",
    "npm" + "mirror",
    "deb.deb" + "ian.org",
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/tm" + "p/",
    "pye" + "nv",
]


Trees = dict[Path, ast.Module]


@pytest.fixture(scope="module")
def trees() -> Trees:
    """Return every module of the program: parsed once, it takes a second or two."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for path in sorted(APP.rglob("*.py"))
    }


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> list[Path]:
    """Lists the files of the repository; outside of one (an unpacked archive) all source files."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        folders = [ROOT / name for name in ("app", "tests", "resources", "migrations", "packaging")]
        found = [path for folder in folders for path in folder.rglob("*")]
        return [path for path in found if path.is_file() and "__pycache__" not in path.parts]
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_function_is_longer_than_a_screen(trees: Trees) -> None:
    too_long = [
        f"{place(path)}:{node.lineno} {node.name}: {length(node)} lines"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and length(node) > LARGEST_FUNCTION
    ]
    assert too_long == []


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_no_file_of_the_program_is_too_long_to_know() -> None:
    sizes = {
        place(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in APP.rglob("*.py")
    }
    assert {name: lines for name, lines in sizes.items() if lines > LARGEST_FILE} == {}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_lives(trees: Trees, library: str) -> None:
    homes = HOMES[library]
    strangers = [
        place(path)
        for path, tree in trees.items()
        if library in imported(tree) and not is_at_home(path, homes)
    ]
    assert strangers == []


def is_at_home(path: Path, homes: list[str]) -> bool:
    module = path.relative_to(APP).with_suffix("").as_posix()
    return any(module == home or module.startswith(f"{home}/") for home in homes)


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_only_the_command_line_prints(trees: Trees) -> None:
    printing = [
        f"{place(path)}:{node.lineno}"
        for path, tree in trees.items()
        if not is_at_home(path, ["cli"])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []


def test_only_the_exchange_takes_in_foreign_changesets(trees: Trees) -> None:
    callers = {
        place(path)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "absorb"
    }
    # The setup writes the replica's own row, before there is a device to sign a changeset; the
    # exchange holds the one transaction in which sync takes a whole file in; a revocation derives
    # the tables again; the doctor derives them to compare, and takes it back; the store itself
    # writes decisions and rulings, each with its changeset.
    allowed = (
        "app/sync/",
        "app/ops/exchange",
        "app/ops/setup.py",
        "app/ops/devices.py",
        "app/ops/doctor.py",
        "app/models/store.py",
    )
    assert {caller for caller in callers if not caller.startswith(allowed)} == set()
    assert callers, "Store.absorb was renamed: this test guards nothing"


def test_the_domain_asks_no_clock(trees: Trees) -> None:
    asking = [
        f"{place(path)}:{node.lineno} {node.attr}()"
        for path, tree in trees.items()
        if is_at_home(path, ["domain"])
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}
        if isinstance(node.value, ast.Name) and node.value.id in {"date", "datetime"}
    ]
    assert asking == []


@pytest.mark.parametrize("word", FORBIDDEN_WORDS)
def test_no_file_names_a_registry_or_a_machine(word: str) -> None:
    naming = [
        place(path)
        for path in tracked_files()
        if path.suffix not in {".ttf", ".png", ".xls", ".xlsx", ".ods"}
        if word in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert naming == []


def resource_files(*suffixes: str) -> list[Path]:
    found = [path for path in RESOURCES.rglob("*") if path.is_file()]
    return sorted(path for path in found if not suffixes or path.suffix in suffixes)


def test_every_resource_is_of_a_kind_that_is_checked_here() -> None:
    checked = {".toml", ".svg", ".ttf", ".qss", ".txt", ".md", ".po", ".mo"}
    unknown = [
        place(path)
        for path in resource_files()
        if path.suffix not in checked and path.name != "SHA256SUMS"
    ]
    assert unknown == []


@pytest.mark.parametrize("path", resource_files(".toml"), ids=place)
def test_every_table_of_the_resources_can_be_read(path: Path) -> None:
    assert tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", resource_files(".svg"), ids=place)
def test_every_icon_can_be_drawn(path: Path, qapp: Any) -> None:
    assert QSvgRenderer(str(path)).isValid()


@pytest.mark.parametrize("path", resource_files(".ttf"), ids=place)
def test_every_font_can_be_embedded(path: Path) -> None:
    assert TTFontFile(str(path)).charToGlyph


@pytest.mark.parametrize("path", resource_files(".qss", ".txt", ".md"), ids=place)
def test_every_text_of_the_resources_is_utf8(path: Path) -> None:
    assert path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", resource_files(".mo"), ids=place)
def test_every_compiled_catalogue_says_what_its_source_says(path: Path) -> None:
    with path.open("rb") as file:
        compiled = set(gettext.GNUTranslations(file)._catalog.values())  # type: ignore[attr-defined]
    source = path.with_suffix(".po").read_text(encoding="utf-8")
    written = re.findall(r'^msgstr(?:\[0\])? "(.+)"$', source, re.MULTILINE)
    plain = {text.replace(r"\n", "\n").replace(r"\t", "\t") for text in written}
    assert plain <= compiled


def test_every_number_of_an_error_is_one_error_for_whoever_is_told_it_by_telephone() -> None:
    numbered = re.compile(r"""^    code(?:, message)? = "(E\d{3})\"""", re.MULTILINE)
    found = Counter(
        number
        for path in APP.rglob("*.py")
        for number in numbered.findall(path.read_text(encoding="utf-8"))
    )
    assert len(found) > 100
    assert [number for number, times in found.items() if times > 1] == []


def test_every_rule_that_the_engine_knows_has_its_words() -> None:
    assert set(catalogue.rule_texts()) == set(RULE_CODES)


def test_every_code_that_can_be_raised_is_raised_in_a_test() -> None:
    form = catalogue.form_for(Period.parse("2025-10"))
    cases = yaml.safe_load((ROOT / "tests" / "data" / "cases.yaml").read_text(encoding="utf-8"))
    raised = {found["code"] for case in cases["cases"] for found in case["expected"]}
    others = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests").rglob("test_*.py")
        if path != Path(__file__)
    )
    untested = {code for code in known_codes(form) - raised if f'"{code}"' not in others}
    assert untested == set()
