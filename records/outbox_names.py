"""The systems that are told, and what of."""

CREDIT_PUBLICITY = "credit_publicity"
CREDIT_CHINA = "credit_china"
PROVINCE = "province"
COMPLAINT_CHANNEL = "complaint_channel"

TARGETS = {
    CREDIT_PUBLICITY: "国家企业信用信息公示系统",
    CREDIT_CHINA: "信用中国",
    PROVINCE: "省“互联网+监管”平台",
    COMPLAINT_CHANNEL: "投诉举报受理渠道",
}
TOPICS = {
    "matter.in_force": "监管事项生效",
    "matter.abolished": "监管事项废止",
    "draw.frozen": "抽取冻结承诺",
    "draw.done": "抽取完成",
    "draw.void": "抽取作废",
    "result.published": "检查结果公示",
    "result.corrected": "检查结果更正",
    "result.withdrawn": "检查结果撤销公示",
    "clue.told": "告知反映人",
    "warning.settled": "预警处置反馈",
    "sanction.signed": "失信惩戒",
    "sanction.ended": "失信惩戒解除",
    "credit_event.decided": "信用记录异议和修复结果",
    "credit.evaluated": "信用评价完成",
    "supervision_act.reported": "监管行为数据",
    "supervision_act.corrected": "监管行为数据更正",
    "supervision_act.withdrawn": "监管行为数据撤回",
}
STATES = {
    "waiting": "待推送",
    "delivered": "已送达",
    "dead": "已停止推送",
    "given_up": "已放弃推送",
}
