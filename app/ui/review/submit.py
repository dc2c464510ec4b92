"""Run a writing operation whose refusal stands in the dialog instead of a message box."""

from collections.abc import Callable

from app.errors import AppError
from app.ops.lives import StepInput
from app.ui.problems import as_app_error
from app.ui.runner import Runner

Submit = Callable[[StepInput], AppError | None]


def attempt(runner: Runner, job: Callable[[], object]) -> AppError | None:
    """Run ``job`` and tell the pages what it changed; return why it was refused."""
    try:
        result = job()
    except Exception as error:
        return as_app_error(error)
    runner.call(lambda: result)  # tells the pages
    return None
