"""``tour``: a picture of every page. The desktop's function is handed in: cli does not know ui."""

from collections.abc import Callable
from pathlib import Path

import click

from app.cli import main
from app.cli.common import Cli
from app.models.store import Store
from app.ops import months, operators

Tour = Callable[[Store, str, Path, float], list[Path]]


def run_tour(arguments: list[str], tour: Tour) -> int:
    """Run the verb ``tour`` with the common options; return the exit code."""

    @click.command("tour", help="把每个页面存成图片")
    @click.option("--out", required=True, type=click.Path(path_type=Path))
    @click.option("--font-scale", default=1.0, type=click.FloatRange(1.0, 2.0))
    @click.pass_obj
    def command(cli: Cli, out: Path, font_scale: float) -> None:
        out.mkdir(parents=True, exist_ok=True)
        # The pictures show the month that work was about, also when it is long past.
        running = months.running_period(cli.store, cli.today)
        cli.today = min(cli.today, running.last_day)
        name = operators.actor(cli.store, cli.operator).name
        pictures = tour(cli.store, name, out, font_scale)
        cli.emit({"pictures": [str(path) for path in pictures]}, [str(p) for p in pictures])

    main.cli.add_command(command)
    return main.run(arguments)
