"""``bench``: the program's own figures. The measuring is handed in: cli does not know bench."""

from collections.abc import Callable, Mapping
from typing import Protocol

import click

from app.cli import main
from app.cli.common import Cli


class Figure(Protocol):
    """What is shown of a figure."""

    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def bound_seconds(self) -> float: ...  # noqa: D102
    @property
    def ratio(self) -> float: ...  # noqa: D102


Measure = Callable[[int, Callable[[str], None]], Mapping[str, Figure]]


def run_bench(arguments: list[str], measure: Measure) -> int:
    """Run the verb ``bench`` with the common options; return the exit code."""

    @click.command("bench", help="在编出来的数据上测速，和裸读写并列")
    @click.option("--households", default=500, show_default=True, type=click.IntRange(10, 40_000))
    @click.pass_obj
    def command(cli: Cli, households: int) -> None:
        figures = measure(households, cli.note)
        cli.emit(
            {
                "figures": {
                    name: {
                        "seconds": round(f.seconds, 6),
                        "bound_seconds": round(f.bound_seconds, 6),
                        "ratio": round(f.ratio, 2),
                    }
                    for name, f in figures.items()
                }
            },
            [
                f"{name}  {f.seconds:.4f} s，裸 {f.bound_seconds:.4f} s，{f.ratio:.1f} 倍"
                for name, f in figures.items()
            ],
        )

    main.cli.add_command(command)
    return main.run(arguments)
