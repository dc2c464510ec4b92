"""What every rule gets: one household's view, the words of the rules, and what was found so far."""

from collections.abc import Callable, Mapping

from app.domain.catalogue import FormDef
from app.domain.household import AnswerKey, Facts, Finding
from app.domain.policy import Policy
from app.domain.view import HouseholdView, MemberView

# What a placeholder of a message is called when its value is shown beside the sentence.
VALUE_LABELS: Mapping[str, str] = {
    "per_capita": "人均纯收入",
    "line": "监测范围",
    "near": "接近线",
    "old": "原来",
    "new": "现在",
    "pct": "比例%",
    "limit": "界限",
    "amount": "金额",
    "ref": "扣减后人均",
    "answer": "本月回答",
    "kind": "类别",
    "grade": "等级",
    "n": "数目",
    "list": "清单",
    "categories": "措施类别",
    "items": "缺项",
    "reasons": "原因",
    "object": "对象类型",
    "suggest": "应为",
    "cause": "风险原因",
    "masked": "证件号码",
    "reason": "问题",
    "other": "另一处",
    "from_id": "证件显示",
    "registered": "登记",
    "rel": "关系",
    "sex": "性别",
    "age": "年龄",
    "school": "在校生状况",
    "labor": "劳动技能",
    "emp": "就业",
    "business": "经营收入",
    "names": "成员",
    "wage": "月收入",
    "min": "下限",
    "max": "上限",
    "farmland": "耕地亩",
    "phone": "电话",
    "other_household": "另一户",
    "char": "字符",
    "edu": "文化程度",
    "period": "登记月份",
    "counted": "在户",
}


class _Words(dict[str, str]):
    """A sentence edited by a county may name what a rule does not give: it stays blank."""

    def __missing__(self, key: str) -> str:
        return "—"


class Run:
    """One evaluation of one household."""

    __slots__ = ("facts", "form", "found", "policy", "view")

    def __init__(self, facts: Facts, form: FormDef, policy: Policy) -> None:
        self.facts, self.form, self.policy = facts, form, policy
        self.view = HouseholdView(facts, policy)
        self.found: list[Finding] = []

    def raised(self, code: str, member_id: str | None = None) -> bool:
        """Whether a finding of this code (and this person) stands already."""
        return any(
            f.code == code and (member_id is None or f.member_id == member_id) for f in self.found
        )

    def hit(
        self,
        code: str,
        member: MemberView | None = None,
        fields: tuple[AnswerKey, ...] = (),
        parts: tuple[str, ...] = (),
        prefix: str = "",
        **values: str,
    ) -> Finding:
        """Return a finding of a computed rule; ``values`` fill its message and are shown."""
        rule = self.policy.rules[code]
        name = member.name if member else ""
        return Finding(
            code=code,
            member_id=member.id if member else "",
            severity=rule.severity,
            message=prefix + rule.message.format_map(_Words(values, name=name)),
            values={VALUE_LABELS[key]: text for key, text in values.items()},
            fields=fields,
            basis=rule.basis,
            parts=parts,
        )


HouseholdRule = Callable[[Run], Finding | None]
MemberRule = Callable[[Run, MemberView], Finding | None]
