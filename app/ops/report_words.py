"""What only people can write in a report's text, kept meanwhile: one paragraph a line."""

import hashlib
import json
from dataclasses import asdict

from app.domain.annual_report import FreeText
from app.domain.ownership import Actor
from app.models.store import Store
from app.ops.local_settings import keep_setting, read_setting


def words_of(store: Store, title: str) -> FreeText:
    """Return the words of a report, empty ones if nobody wrote any."""
    text = read_setting(store, _key(title))
    return FreeText(**json.loads(text)) if text else FreeText()


def keep_words(store: Store, actor: Actor, title: str, words: FreeText) -> None:
    """Keep the words of a report, in place of those before."""
    text = "" if words == FreeText() else json.dumps(asdict(words), ensure_ascii=False)
    keep_setting(store, actor, _key(title), text)


def _key(title: str) -> str:
    return f"report-text:{hashlib.sha256(title.encode()).hexdigest()[:32]}"
