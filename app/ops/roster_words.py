"""What an import has to say, in Chinese: one sentence a reason, with what to do."""

from collections.abc import Mapping

from app.models.ownership import bundled

REASONS: Mapping[str, str] = {
    "E_ID_LOST_DIGITS": "证件号在表里变成了数字，后几位已丢。请让发表的人把该列设为文本重发。",
    "E_NAME_MISSING": "没有姓名，这一行没有导入。请补上姓名。",
    "E_NO_HOUSEHOLD": "看不出是哪一户，这一行没有导入。请补上户编号。",
    "E_DUPLICATE": "同一个人在同一户写了两次，留第一行。",
    "E_ID_CONFLICT": "这个证件号在别的户或别的姓名下已有，留第一行。请核对是谁。",
    "W_ID_CHECK": "证件号校验不对，照原样留下，不用来认人。请核对。",
    "W_ID_LENGTH": "证件号位数不对，照原样留下，不用来认人。请核对。",
    "W_ID_15": "15位旧证件号，已换算成18位。请核对。",
    "W_ID_CERT": "证件号码栏里是残疾证号，取了前18位。请核对。",
    "W_ID_MISSING": "没有证件号，按户、姓名、出生日期认人。",
    "W_MASKED": "号码中间打了星号，没有导入这一格，原来的号码留着。",
    "W_SEX_MISMATCH": "性别和证件号不一致，照原样留下。请核对。",
    "W_BIRTH_MISMATCH": "出生日期和证件号不一致，照原样留下。请核对。",
    "W_UNKNOWN_VALUE": "这个词不认识，没有导入这一格。请改成可选的词。",
    "W_NOT_NUMBER": "这一格不是数字，没有导入这一格。请改成数字。",
    "W_PHONE": "电话位数不对，没有导入这一格。请核对。",
    "W_FORMULA_ERROR": "公式出错，没有导入这一格。请填上数。",
    "W_HH_VALUE_CONFLICT": "同一户里写得不一样，以第一行为准。请核对。",
    "W_LOST_CHARACTER": "姓名里有字变成了“?”，不会盖掉原来的姓名。请用Excel表重发。",
    "W_NO_HEAD": "这一户没有户主。请核对。",
    "W_MULTI_HEAD": "这一户有两个户主。请核对。",
    "W_SIZE_MISMATCH": "家庭人口和列出的人数不一样。请核对。",
    "F_NO_CODE": "没有户编号，用了临时编号。请补上。",
}


def reason_text(code: str) -> str:
    """Return the sentence of a reason."""
    return REASONS[code]


FIELDS: Mapping[str, str] = {
    "hamlet_group": "村民小组", "household_no": "户编号", "head_name": "户主姓名",
    "registered_size": "家庭人口", "household_kind": "户类型", "object_type": "监测对象类别",
    "main_cause": "主要风险", "causes": "风险", "identified_on": "识别监测时间",
    "is_eliminated": "风险是否已消除", "eliminated_on": "消除监测时间",
    "per_capita_income": "人均纯收入", "annual_per_capita": "人均纯收入",
    "house_rating": "住房安全等级", "has_safe_water": "是否解决安全饮用水", "phone": "联系电话",
    "person_no": "人编号", "name": "姓名", "relation": "与户主关系", "sex": "性别",
    "id_no": "证件号码", "is_id_no_valid": "证件号码", "disability_cert_no": "残疾证号",
    "disability_kind": "残疾类别", "disability_grade": "残疾等级", "birth_date": "出生日期",
    "ethnicity": "民族", "education": "文化程度", "school_status": "在校生状况",
    "health": "健康状况", "labor_skill": "劳动技能", "employment": "务工区域",
    "work_place": "务工地点", "work_months": "务工时间", "monthly_wage": "务工月收入",
    "work_from": "务工开始时间", "work_to": "务工结束时间", "medical_insurance": "基本医疗保险",
    "has_pension_insurance": "养老保险", "has_dibao": "低保", "has_tekun": "特困供养",
    "household_id": "所在户", "number": "户内序号", "member_status": "是否在户",
    "left_on": "离开日期", "removed_on": "消亡日期", "removed_reason": "消亡原因",
}  # fmt: skip


def field_label(name: str) -> str:
    """Return what people call a field of the roster, or a table."""
    table = bundled().tables.get(name)
    return FIELDS.get(name) or (table.rule.label if table is not None else name)
