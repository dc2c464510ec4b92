"""Key and label of every enum of the glossary, and the old words that are read as one of them.

Keys are stored and sent; labels are shown. An alias is accepted on import only.
"""

from collections.abc import Mapping

LABELS: Mapping[str, Mapping[str, str]] = {
    "area_level": {
        "county": "县", "township": "镇", "village": "行政村",
        "hamlet_group": "村民小组", "natural_village": "自然村",
    },
    "operator_role": {"entry": "录入", "leader": "组长", "reviewer": "审核", "readonly": "只读"},
    "member_status": {
        "present": "在户", "dead": "死亡", "married_out": "婚出", "moved_out": "迁出",
        "emigrated": "出国定居", "imprisoned": "判刑收监", "missing": "失联", "enlisted": "参军",
        "deregistered": "户籍注销", "other_out": "其他转出", "joined": "并入同一人",
    },
    "sex": {"male": "男", "female": "女"},
    "household_kind": {"lifted": "脱贫户", "ordinary": "一般农户"},
    "disability_kind": {
        "visual": "视力", "hearing": "听力", "speech": "言语", "physical": "肢体",
        "intellectual": "智力", "mental": "精神", "multiple": "多重",
    },
    "health": {
        "healthy": "健康", "chronic": "长期慢性病", "serious_illness": "患有大病",
        "disabled": "残疾",
    },
    "labor_skill": {
        "skilled": "技能劳动力", "ordinary": "普通劳动力", "weak": "弱劳动力或半劳动力",
        "lost": "丧失劳动力", "none": "无劳动力",
    },
    "school_stage": {
        "preschool": "学前", "primary": "小学", "junior": "初中", "upper_secondary": "高中阶段",
        "tertiary": "大专以上", "postgraduate": "研究生",
    },
    "no_school_reason": {
        "unwilling": "不愿读", "working": "打工", "poverty": "家里困难", "ill": "生病",
        "early_marriage": "早婚", "other": "其他",
    },
    "employment": {
        "town": "乡内务工", "county": "乡外县内务工", "province": "县外省内务工",
        "other_province": "省外务工", "abroad": "境外务工", "public_post": "公益性岗位",
        "workshop": "帮扶车间", "flexible": "灵活就业", "public_employee": "县内就业(公职)",
        "self_employed": "自主创业", "farming": "务农", "care_family": "照料家人",
        "recuperating": "照料/休养", "unemployed": "待业",
    },
    "medical_insurance": {
        "resident": "居民", "employee": "职工", "both": "居民+职工",
        "military": "军人或其他法定保障", "uninsured": "未参保",
    },
    "house_rating": {
        "A": "A", "B": "B", "C": "C", "D": "D", "unrated": "未鉴定",
        "assessed_safe": "已评定合格(未分级)", "assessed_unsafe": "评定不合格",
        "no_own": "没有自家房",
    },
    "management_class": {
        "general": "一般监测户", "key": "重点监测户", "edge_lifted": "边缘脱贫户",
    },
    "object_type": {
        "unstable_lifted": "脱贫不稳定户", "edge_prone": "边缘易致贫户",
        "sudden_hardship": "突发严重困难户",
    },
    "case_state": {
        "clue": "线索", "to_verify": "待核实", "to_deliberate": "待评议", "in_publicity": "公示中",
        "pending_township": "待镇审", "pending_county": "待县审", "to_enter": "待录入",
        "monitoring": "未消除", "removal_deliberation": "消除待评",
        "removal_publicity": "消除公示", "removal_pending_township": "消除待镇审",
        "removal_pending_county": "消除待县审", "risk_removed": "已消除",
        "rollback_pending": "回退待审", "cleared_out": "已清退", "extinct": "整户消亡",
        "not_included": "不纳入", "import_undone": "导入撤销",
    },
    "removal_way": {"by_help": "帮扶消除", "natural": "自然消除"},
    "risk_cause": {
        "illness": "因病", "schooling": "因学", "disability": "因残",
        "natural_disaster": "因自然灾害", "accident": "因意外事故",
        "industry_failure": "因产业项目失败", "unstable_job": "因务工就业不稳",
        "labor_shortage": "缺劳动力", "housing": "因安全住房", "drinking_water": "因安全饮水",
        "other": "其他",
    },
    "disaster_kind": {
        "flood": "洪涝", "geology": "地质", "drought": "旱", "biological": "生物",
        "weather": "气象", "earthquake": "地震", "other": "其他",
    },
    "clue_source": {
        "self_report": "农户自主申报", "cadre": "干部排查", "department": "部门预警",
        "petition": "信访", "opinion": "舆情", "campaign": "大排查", "survey": "两摸底",
    },
    "period_state": {
        "not_started": "未开始", "filling": "填报中", "checking": "审核中", "closed": "已关闭",
        "correcting": "更正中",
    },
    "sheet_state": {
        "empty": "未填", "partial": "部分完成", "complete": "已完成", "locked": "已锁定",
    },
    "prefill_kind": {
        "look": "当面看问", "event": "本月新问", "carry": "沿用上月", "rolling": "累计带出",
        "pattern": "按来源带出", "roster": "取自花名册",
    },
    "severity": {"none": "无", "blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"},
    "warning_state": {
        "suggested": "系统提示", "false_alarm": "误报", "pending_township": "待初审",
        "pending_county": "待县审", "returned": "已退回", "determined": "已确定",
        "assigned": "已派部门", "remedying": "补短中", "remedied": "已补短(待申请)",
        "closing_requested": "申请销号",
        "closed": "已销号", "cancelled": "已撤销",
    },
    "doubt_state": {"open": "待核实", "corrected": "已更正", "confirmed_ok": "已确认无误"},
    "negative_state": {
        "open": "待核实", "proven": "属实", "untrue": "不属实", "harmless": "不影响",
    },
    "change_kind": {
        "increase": "自然增加", "decrease": "自然减少", "household_split": "分户",
        "household_merge": "并户", "head_change": "户主变更", "household_extinct": "整户消亡",
    },
    "change_state": {
        "open": "待办理", "pending_township": "待镇审", "done": "已办理", "returned": "已退回",
        "cancelled": "已撤销",
    },
    "visit_way": {
        "onsite": "入户见到户主", "onsite_family": "入户见到其他家人", "phone": "电话或视频",
        "proxy": "邻居村组代述", "not_met": "未见到人", "refused": "拒访",
    },
    "campaign_kind": {
        "look_back": "回头看", "sweep": "大排查", "round": "遍访", "push": "百日攻坚",
        "other": "其他",
    },
    "campaign_state": {"planned": "拟定", "running": "进行中", "ended": "已结束"},
    "campaign_result": {"fine": "无问题", "problem": "有问题", "not_checked": "未查到"},
    "issue_state": {
        "open": "待整改", "fixing": "整改中", "to_check": "待核", "settled": "已销",
    },
    "measure_state": {
        "planned": "拟定", "running": "落实中", "done": "已落实", "expired": "到期",
        "terminated": "终止",
    },
    "measure_category": {
        "industry": "产业帮扶", "employment": "就业帮扶", "finance": "金融帮扶",
        "public_post": "公益性岗位", "housing": "住房安全保障", "water": "饮水安全保障",
        "health": "健康帮扶", "compulsory_education": "义务教育保障",
        "education_aid": "教育帮扶", "social_security": "综合保障", "social_help": "社会帮扶",
        "living_conditions": "生产生活条件改善", "infrastructure": "基础设施建设",
    },
    "household_flag": {
        "public_employee": "公职人员", "car": "消费型汽车", "business_entity": "工商经营实体",
        "large_farm": "种植养殖大户", "extra_house": "城镇商品房或门面",
        "machinery": "大型农机或工程机械", "split_recent": "12个月内分户",
    },
    "special_answer": {
        "_unknown": "说不清", "_refused": "不愿说", "_not_seen": "没看成", "_na": "不适用",
    },
}  # fmt: skip

ALIASES: Mapping[str, Mapping[str, str]] = {
    "household_kind": {
        "建档立卡户": "lifted", "已脱贫户": "lifted", "非建档立卡户": "ordinary",
        "非贫困户": "ordinary",
    },
    "object_type": {
        "脱贫监测户": "unstable_lifted", "脱贫不稳户": "unstable_lifted",
        "边缘户": "edge_prone", "严重困难户": "sudden_hardship",
    },
    "case_state": {
        "未标注风险消除": "monitoring", "已标注风险消除": "risk_removed",
        "已稳定消除": "risk_removed",
    },
    "risk_cause": {
        "因大病": "illness", "因灾": "natural_disaster", "因突发事件": "accident",
        "因产业失败": "industry_failure", "应产业项目失败": "industry_failure",
        "因就业不稳": "unstable_job", "缺劳力": "labor_shortage", "缺水": "drinking_water",
        "因疫情": "other", "缺土地": "other", "缺技术": "other", "缺资金": "other",
        "交通条件落后": "other", "自身发展动力不足": "other", "因婚": "other", "因丧": "other",
    },
    "measure_category": {
        "产业扶贫": "industry", "就业扶贫": "employment", "金融扶贫": "finance",
        "健康扶贫": "health", "教育扶贫": "education_aid", "社会扶贫": "social_help",
        "综合性保障": "social_security", "住房安全": "housing", "公益岗": "public_post",
    },
}  # fmt: skip

DEPARTMENT_ALIASES: Mapping[str, str] = {
    "教育体育局": "教体局", "教育局": "教体局", "医疗保障局": "医保局", "卫生健康局": "卫健局",
    "卫健委": "卫健局", "住房和城乡建设局": "住建局", "自然资源和规划局": "自然资源局",
    "水务局": "水利局", "人力资源和社会保障局": "人社局", "残疾人联合会": "残联",
    "乡村振兴局": "农业农村局", "扶贫办": "农业农村局", "攻坚办": "农业农村局",
    "应急局": "应急管理局", "交通局": "交通运输局", "文化和旅游局": "文旅局",
    "供电局": "供电公司", "电网公司": "供电公司", "金融服务中心": "金融办",
    "地方金融管理局": "金融办", "农商行": "承贷银行", "信用社": "承贷银行",
    "农业银行": "承贷银行", "司法所": "司法局", "林业局": "林草局",
    "林业和草原局": "林草局", "妇女联合会": "妇联", "公安局": "派出所",
}  # fmt: skip

SEVERITIES = ("none", "blue", "yellow", "orange", "red")  # rising
SEVERITY_RANK: Mapping[str, int] = {key: rank for rank, key in enumerate(SEVERITIES)}

_KEYS = {
    enum: {label: key for key, label in table.items()} | dict(ALIASES.get(enum, {}))
    for enum, table in LABELS.items()
}


def label(enum: str, key: str) -> str:
    """Return the Chinese label of a key; "" for "", the key itself if the enum does not know it."""
    return LABELS[enum].get(key, key)


def key(enum: str, text: str) -> str:
    """Return the key of a label, an alias or the key itself; "" for "".

    Raises:
        ValueError: the word is none of them; the text is a Chinese sentence.
    """
    word = text.strip()
    if not word or word in LABELS[enum]:
        return word
    found = _KEYS[enum].get(word)
    if found is None:
        raise ValueError(f"不认识“{word}”，可填：{'、'.join(LABELS[enum].values())}")
    return found


def department(name: str) -> str:
    """Return the catalogue's name of a department."""
    return DEPARTMENT_ALIASES.get(name.strip(), name.strip())


def worst(severities: tuple[str, ...] | list[str]) -> str:
    """Return the highest of some severities, none if there are none."""
    return max(severities, key=SEVERITY_RANK.__getitem__, default="none")
