"""The frame that click draws around the verbs (usage, options, errors), in Chinese.

The words are a gettext catalogue in ``resources/locale``; ``messages.po`` is its source. gettext
takes its language from the environment, and an old laptop's often says C or nothing.
"""

import gettext
import os

from app.paths import RESOURCES

LANGUAGE = "zh_CN"
FOLDER = RESOURCES / "locale"


def speak() -> None:
    """Let every message of click come out in Chinese, in this process."""
    os.environ["LANGUAGE"] = LANGUAGE
    gettext.bindtextdomain("messages", str(FOLDER))
