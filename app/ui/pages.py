"""The pages of a window, each imported and made at its first use: the window is there at once."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from app.ui.page import Page

Maker = Callable[[], Page]

_WHERE = {  # page key → module and class
    "workbench": ("app.ui.workbench_page", "WorkbenchPage"),
    "roster": ("app.ui.roster.roster_page", "RosterPage"),
    "visits": ("app.ui.sheet.visits_page", "VisitsPage"),
    "warnings": ("app.ui.warnings.warnings_page", "WarningsPage"),
    "review": ("app.ui.review.review_page", "ReviewPage"),
    "objects": ("app.ui.objects.objects_page", "ObjectsPage"),
    "plans": ("app.ui.plans.plans_page", "PlansPage"),
    "reports": ("app.ui.statistics.statistics_page", "StatisticsPage"),
    "quality": ("app.ui.quality.quality_page", "QualityPage"),
    "exchange": ("app.ui.exchange.exchange_page", "ExchangePage"),
    "settings": ("app.ui.settings.settings_page", "SettingsPage"),
}


def maker(name: str, *given: Any) -> Maker:
    """Return what imports a page's module and makes the page."""

    def make() -> Page:
        made: Page = page_class(name)(*given)
        return made

    return make


def page_class(name: str) -> Any:
    """Return the class of a page; its module is imported by now."""
    module, page = _WHERE[name]
    return getattr(import_module(module), page)


class Pages(Mapping[str, Page]):
    """Page key → page, in the order of the bar. Asking for a page makes it."""

    def __init__(self, makers: Mapping[str, Maker], on_made: Callable[[Page], None]) -> None:
        self._makers, self._on_made = dict(makers), on_made
        self.made: dict[str, Page] = {}

    def __getitem__(self, key: str) -> Page:
        if key not in self.made:
            page = self.made[key] = self._makers[key]()
            self._on_made(page)
        return self.made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, key: object) -> bool:
        return key in self._makers
