"""Several packages at once: each has its own result, a bad one stops no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import AppError
from app.ops.exchange_lines import Imported
from app.ui.exchange import import_view
from app.ui.problems import as_app_error
from app.ui.runner import Progress


@dataclass(frozen=True, slots=True)
class Taken:
    """One file: what it would change or has changed, or why it was refused."""

    path: Path
    found: Imported | None
    error: AppError | None = None

    def sentence(self) -> str:
        """Return its figures or the reason, with the file's name."""
        if self.found is None:
            return f"{self.path.name}：{self.error.sentence() if self.error else ''}"
        return f"{self.path.name}：{import_view.preview_sentence(self.found)}"


def each(
    paths: Sequence[Path], run: Callable[[Path], Imported], progress: Progress
) -> tuple[Taken, ...]:
    """Run an operation for every file; what it raises is that file's result."""
    done: list[Taken] = []
    for number, path in enumerate(paths):
        progress(number, len(paths))
        try:
            done.append(Taken(path, run(path)))
        except Exception as error:
            done.append(Taken(path, None, as_app_error(error)))
    return tuple(done)
