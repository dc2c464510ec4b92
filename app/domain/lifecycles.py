"""Every life cycle of the program, by the name of its subject."""

from app.domain.case import CASE
from app.domain.lifecycle import Lifecycle
from app.domain.measure import MEASURE
from app.domain.month import MONTH
from app.domain.natural_change import NATURAL_CHANGE
from app.domain.registers import CAMPAIGN, DOUBT, ISSUE, NEGATIVE
from app.domain.warning import WARNING

LIFECYCLES: tuple[Lifecycle, ...] = (
    WARNING, MONTH, MEASURE, CASE, NATURAL_CHANGE, CAMPAIGN, ISSUE, DOUBT, NEGATIVE,
)  # fmt: skip
BY_SUBJECT = {life.subject: life for life in LIFECYCLES}
