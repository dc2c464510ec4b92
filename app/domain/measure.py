"""The life of a measure (帮扶措施). Source: processes.md e, M1–M7.

A measure without steps is 拟定 (its row is M1). Nothing else ends a measure: 风险消除, 清退 or a
closed warning never does (脱贫不脱政策).
"""

from app.domain.lifecycle import STAY, Lifecycle
from app.domain.rows import row

PLANNED, RUNNING, DONE, EXPIRED, TERMINATED = "planned", "running", "done", "expired", "terminated"
OPEN = frozenset({PLANNED, RUNNING})
TERMINATE_REASONS = ("不再符合", "本人放弃", "重复", "死亡或迁出", "其他")
WHOLE_HOUSEHOLD = "全户"
MOST_MONEY = 1_000_000_000  # yuan; more is a slip of the keyboard

TERMINATE = "terminate"  # one name through the levels (村→镇): what it is depends on who takes it
_ALL = "planned+running+done+expired"
_EVERYBODY = "village+township+county"

MEASURE = Lifecycle(
    "measure",
    PLANNED,
    (
        row(
            f"M2 start planned {_EVERYBODY}",
            "开始落实",
            RUNNING,
            takes="responsible_person approval_no",
        ),
        row(
            f"M3 finish running {_EVERYBODY}",
            "已落实",
            DONE,
            "note",
            "beneficiary",
            takes="amount_paid proof",
        ),
        row("M4 lapse running program", "逾期未落实", EXPIRED),
        row("M5 expire done program", "到期", EXPIRED),
        row(f"M6 terminate {_ALL} village", "提请终止", STAY, "reason", limit="town_review_days"),
        row(f"M6 terminate {_ALL} township", "终止", TERMINATED, "reason"),
        row(
            f"M6 return-terminate {_ALL} township",
            "不同意终止",
            STAY,
            "note",
            after=TERMINATE,
            undoes=TERMINATE,
        ),
        row("M7 extend expired township", "延期", RUNNING, "note", "planned_end_on"),
        row("carry-over carry-over running+done program", "结转", STAY, "year"),
    ),
    frozenset({TERMINATED}),
    takes=frozenset({"photo", "department", "contact"}),  # a department's steps are in its name
)
CONTINUING_CATEGORIES = frozenset({"public_post", "finance"})
CONTINUING_KINDS = frozenset(
    {
        "低保", "特困供养", "残疾人两项补贴", "养老保险代缴", "孤儿保障", "助学金", "雨露计划",
        "助学贷款", "寄宿生补助", "参保资助", "帮扶车间",
    }
)  # fmt: skip
"""Benefits that run on after 已落实, until their end date."""
