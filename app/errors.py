"""Errors that a user can meet. Any other exception is a bug: logged, and a report offered."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a fault in a file: every part that is known (``row`` counts from 1)."""

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """Return only the known parts, for the command line's ``error.where``."""
        return {key: value for key, value in asdict(self).items() if value not in ("", None)}


class AppError(Exception):
    """Base of all errors whose text may be shown to the user.

    ``message`` says what happened and whether data changed, ``hint`` what to do now;
    ``facts`` fill the placeholders of both. ``detail`` goes to the log only and never holds
    personal data. ``exit_code`` is that of the command line: 1 cannot be carried out,
    2 wrong usage, 3 not to be trusted.
    """

    code = "E000"
    message = "操作没有完成，数据没有变。"
    hint = "请重试；再出现，请把编号报给镇里。"
    exit_code = 1

    def __init__(self, detail: str = "", *, where: Where | None = None, **facts: object) -> None:
        super().__init__(detail or self.code)
        self.where = where or Where()
        self.facts = facts

    def sentence(self) -> str:
        """Return message and hint with their facts filled in."""
        return f"{self.message}{self.hint}".format_map(_Blank(self.facts))

    def user_text(self) -> str:
        """Return the Chinese text for a dialog: sentence, hint, code."""
        facts = _Blank(self.facts)
        return (
            f"{self.message.format_map(facts)}\n{self.hint.format_map(facts)}\n（编号 {self.code}）"
        )


class _Blank(dict[str, object]):
    """Placeholders without a fact stay empty: an error must never fail while it is shown."""

    def __missing__(self, key: str) -> str:
        return ""


class UntrustedError(AppError):
    """Base of everything that is not to be trusted: passphrase, package, certificate."""

    exit_code = 3
