"""Codes of errors: people tell them over the telephone."""

from collections import Counter

from app.errors import AppError
from app.sync import errors


def test_no_code_stands_for_two_errors() -> None:
    own = [
        cls.code
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, AppError) and "code" in vars(cls)
        and cls.__module__ == errors.__name__
    ]  # fmt: skip
    assert len(own) > 30
    assert [code for code, times in Counter(own).items() if times > 1] == []
