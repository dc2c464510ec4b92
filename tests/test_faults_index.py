"""Every fault of the plan, 1–40 and the ten further ones, has a test that carries it out.

Most are named after their number; what belongs beside its own module stands in ``ELSEWHERE``.
"""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
_NUMBERED = re.compile(r"test_(fault|further)((?:_\d\d)+)_")

ELSEWHERE: dict[tuple[str, int], dict[str, tuple[str, ...]]] = {
    ("fault", 1): {"sync/test_package.py": ("test_every_prefix_is_refused",)},
    ("fault", 2): {"sync/test_package.py": ("test_every_single_byte_change_is_refused",)},
    ("fault", 10): {
        "domain/test_attachment.py": ("test_everything_else_is_refused_with_the_way_out",),
        "ops/test_attachments.py": ("test_nine_photos_of_a_thing_and_no_more",),
    },
    ("fault", 26): {"sync/test_golden.py": (), "test_old_files.py": ()},
    ("fault", 28): {
        "models/test_schema.py": ("test_a_failed_migration_leaves_the_old_schema_whole",),
        "test_killed.py": ("test_a_kill_at_any_write_leaves_the_state_before_or_after",),
    },
    ("fault", 30): {
        "test_killed.py": ("test_a_kill_at_any_write_leaves_the_state_before_or_after",),
        "ops/test_kill.py": ("test_everything_typed_is_there_after_a_kill",),
    },
    ("fault", 32): {
        "test_disk_full.py": (
            "test_a_save_without_room_is_rolled_back_and_works_again",
            "test_an_import_without_room_is_rolled_back_and_goes_in_later",
            "test_a_full_stick_keeps_the_old_backup_and_nothing_half",
            "test_a_paper_that_does_not_fit_leaves_the_old_one",
            "test_a_full_stick_takes_no_package_and_the_next_one_holds_all",
        )
    },
    ("fault", 34): {
        "models/test_schema.py": ("test_a_damaged_file_is_told_from_everything_else",),
        "ops/test_backup.py": (
            "test_damage_in_the_middle_is_found_by_the_page_seals",
            "test_a_damaged_database_is_replaced_and_kept_and_the_new_passphrase_still_holds",
        ),
    },
    ("fault", 35): {
        "ops/test_setup.py": (
            "test_a_second_process_is_told_who_holds_it_and_a_killed_one_holds_nothing",
        )
    },
    ("fault", 36): {
        "ops/test_setup.py": (
            "test_a_weak_passphrase_is_refused_with_the_reason_and_leaves_nothing",
        ),
        "ops/test_backup.py": (
            "test_wrong_tries_make_one_wait_ever_longer_but_never_lock_out",
            "test_each_fault_has_its_own_error_and_leaves_nothing_behind",
        ),
    },
    ("fault", 37): {
        "test_at_rest.py": ("test_nothing_planted_is_found_in_any_file_of_the_program",)
    },
    ("fault", 39): {
        "excel/test_guard.py": (
            "test_entities_and_document_types_are_refused",
            "test_a_small_file_that_unpacks_to_very_much_is_refused",
            "test_macros_are_refused_by_ending_and_inside",
        ),
        "ui/test_theme.py": ("test_bundled_fonts_show_rare_characters",),
    },
    ("further", 5): {
        "ui/test_main_window.py": ("test_large_text_never_scrolls_sideways",),
        "ui/exchange/test_conflict_picture.py": ("test_both_sides_and_every_button_can_be_read",),
    },
    ("further", 6): {
        "ui/test_print_dialog.py": (
            "test_a_paper_is_looked_at_without_a_file_and_saved_where_the_user_says",
        )
    },
    ("further", 8): {
        "ui/exchange/test_open_form.py": ("test_what_an_import_brought_stands_in_the_open_form",)
    },
    ("further", 10): {
        "domain/rules/test_data_doubts.py": (
            "test_born_on_leap_day_completes_a_year_on_the_first_of_march",
        ),
        "domain/test_identity.py": ("test_a_wrong_number_says_why",),
    },
}


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = (n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


@cache
def numbered() -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for path in ROOT.rglob("test_*.py"):
        for name in names_in(path):
            match = _NUMBERED.match(name)
            for number in match[2].split("_")[1:] if match else ():
                found[match[1], int(number)].append(name)  # type: ignore[index]
    return found


@pytest.mark.parametrize(
    "fault", [*(("fault", n) for n in range(1, 41)), *(("further", n) for n in range(1, 11))]
)
def test_the_fault_is_carried_out_by_a_test(fault: tuple[str, int]) -> None:
    elsewhere = ELSEWHERE.get(fault, {})
    assert numbered()[fault] or elsewhere
    for file, names in elsewhere.items():
        missing = set(names) - names_in(ROOT / file)
        assert not missing, f"{file}: {missing}"
        assert names_in(ROOT / file)
