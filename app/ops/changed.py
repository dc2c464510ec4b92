"""What an operation changed, so that open views can decide whether to reload."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changed:
    """Tables and households touched; both may be empty (nothing changed)."""

    tables: frozenset[str] = frozenset()
    household_ids: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.tables or self.household_ids)
