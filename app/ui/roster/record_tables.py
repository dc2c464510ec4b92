"""What has happened in a household: its measures and its visits, as tables."""

from app.domain.labels import label
from app.ops.items import Item
from app.ui.data_table import DataTable
from app.ui.table_model import Column


def measures_table() -> DataTable:
    """Return the table of a household's measures."""
    return DataTable(_MEASURES, "措施", "还没有措施。在“预警”或“一户一策”里加。")


def visits_table() -> DataTable:
    """Return the table of a household's visits, newest first."""
    return DataTable(_VISITS, "走访", "还没有走访记录。")


def _planned(item: Item) -> str:
    begun, ends = item.fields["planned_start_on"], item.fields["planned_end_on"]
    return f"{begun} 至 {ends}" if ends else begun


_MEASURES = (
    Column("措施", lambda item: item.title, width=12),
    Column("状态", lambda item: item.state_label, width=5),
    Column("针对", lambda item: label("risk_cause", item.fields["cause"]), width=5, spare=2),
    Column("受益人", lambda item: item.fields["member"] or "全户", width=4, spare=1),
    Column("责任人", lambda item: item.fields["responsible_person"], width=5),
    Column("起止", _planned, width=12, spare=3),
    Column("内容", lambda item: item.fields["content"]),
)
_VISITS = (
    Column("日期", lambda item: item.fields["visited_on"], width=6),
    Column("走访人", lambda item: item.fields["visitor"], width=5),
    Column("方式", lambda item: item.title, width=12),
    Column("见到谁", lambda item: item.fields["met_member"], width=5, spare=1),
    Column("情况", lambda item: item.fields["content"]),
)
