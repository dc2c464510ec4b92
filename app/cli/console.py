"""Consoles that cannot show every character (GBK): what is missing reads «?», nothing crashes."""

import codecs
import io
import json
import sys

_ESCAPE = "zhucun.json"


def prepare(*, as_json: bool) -> None:
    """Let standard output and error take any text; JSON stays exact by its own escapes."""
    codecs.register_error(_ESCAPE, _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPE if as_json else "replace")


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Return what cannot be encoded as JSON writes it (it only stands inside of strings)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
