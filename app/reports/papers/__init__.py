"""The papers of the life cycles: one builder a paper, one layout for all of them."""

from app.reports.papers.registry import BUILDERS, render

__all__ = ["BUILDERS", "render"]
