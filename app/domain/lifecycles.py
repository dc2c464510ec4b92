"""Every life cycle of the program, by the name of its subject."""

from app.domain.lifecycle import Lifecycle
from app.domain.measure import MEASURE
from app.domain.month import MONTH
from app.domain.warning import WARNING

LIFECYCLES: tuple[Lifecycle, ...] = (WARNING, MONTH, MEASURE)
BY_SUBJECT = {life.subject: life for life in LIFECYCLES}
