"""Keys and labels of the glossary."""

import pytest

from app.domain import labels


def test_every_label_leads_back_to_its_key() -> None:
    for enum, table in labels.LABELS.items():
        assert len(set(table.values())) == len(table), enum
        for key, label in table.items():
            assert labels.key(enum, label) == key
            assert labels.key(enum, key) == key
            assert labels.label(enum, key) == label


def test_every_alias_names_a_key() -> None:
    for enum, table in labels.ALIASES.items():
        assert set(table.values()) <= set(labels.LABELS[enum])
        assert not set(table) & set(labels.LABELS[enum].values())


@pytest.mark.parametrize(
    ("enum", "word", "key"),
    [
        ("object_type", "脱贫监测户", "unstable_lifted"),
        ("household_kind", "建档立卡户", "lifted"),
        ("risk_cause", "因疫情", "other"),
        ("measure_category", "综合性保障", "social_security"),
        ("case_state", "已稳定消除", "risk_removed"),
    ],
)
def test_old_words_are_read(enum: str, word: str, key: str) -> None:
    assert labels.key(enum, word) == key


def test_words_of_the_third_generation_are_never_guessed() -> None:
    with pytest.raises(ValueError, match="不认识“低收入户”"):
        labels.key("object_type", "低收入户")


def test_departments_go_by_one_name() -> None:
    assert labels.department(" 水务局 ") == "水利局"
    assert labels.department("水利局") == "水利局"


def test_the_worst_severity() -> None:
    assert labels.worst(["yellow", "red", "orange"]) == "red"
    assert labels.worst([]) == "none"
