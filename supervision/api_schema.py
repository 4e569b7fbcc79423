"""The description of the REST interface: login, refusals and Chinese words for every operation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from records.api import PROBLEM_TYPE, TITLES

TAGS = {
    "uploads": "文件",
    "outbox": "对外推送",
    "act-reports": "监管行为数据",
    "matters": "监管事项",
    "upstream-matters": "上级事项",
    "check-items": "检查事项",
    "subjects": "监管对象",
    "inspectors": "执法检查人员",
    "plan-items": "年度计划项目",
    "indicator-sets": "信用评价指标",
    "evaluations": "信用评价",
    "assessments": "信用评价结果",
    "credit-events": "信用记录",
    "policies": "差异化监管方案",
    "draws": "随机抽取",
    "tasks": "联合检查任务",
    "results": "检查结果",
    "clues": "线索",
    "letters": "函件",
    "joint-verifications": "联合核查",
    "penalties": "行政处罚",
    "measures": "行政强制措施",
    "crimes": "行刑衔接",
    "disputes": "职责争议",
    "refusals": "履职推诿",
    "warnings": "预警",
    "sharing-entries": "共享目录",
    "shared-records": "共享信息",
    "sharing-requests": "信息共享申请",
    "sanctions": "失信惩戒",
    "white-list": "白名单",
    "gateway": "省级平台接口",
    "petitions": "异议与修复",
    "department-scores": "部门考核",
}
"""The first part of an address → what it is about."""

SUMMARIES = {
    "gateway_subjects_push": "报送监管对象（一次最多 10000 个）",
    "gateway_credit_facts_push": "报送信用记录（一次最多 10000 条）",
    "gateway_warnings_push": "报送预警（一次最多 10000 条）",
    "gateway_clues_push": "报送线索（一次最多 10000 条）",
    "gateway_clues_pull": "获取线索办理进度的变化",
    "gateway_matters_push": "下发上级监管事项（一次最多 10000 项）",
    "gateway_matters_pull": "获取监管事项的变化",
    "gateway_plans_pull": "获取检查计划的变化",
    "gateway_tasks_pull": "获取联合检查任务的变化",
    "gateway_results_pull": "获取检查结果公示的变化",
    "sanctions_list": "查询失信惩戒",
    "sanctions_create": "拟办失信惩戒",
    "sanctions_retrieve": "查看失信惩戒",
    "sanctions_acts_create": "办理失信惩戒：送签、签发、退回、登记告知、撤销、解除、作废",
    "petitions_list": "查询异议和信用修复申请",
    "petitions_create": "登记异议或者信用修复申请",
    "petitions_retrieve": "查看异议或者信用修复申请",
    "petitions_acts_create": "办理异议和信用修复申请：受理、签发、退回、登记告知、撤回、撤销",
    "petitions_acts_edit_create": "修改还没有受理的异议或者信用修复申请",
    "petitions_acts_answer_create": "填写异议和信用修复申请的核查结果",
    "department_scores_list": "查询部门考核得分",
    "department_scores_retrieve": "查看一个部门的考核得分",
    "white_list_list": "查询白名单",
    "white_list_retrieve": "查看白名单的一项",
    "outbox_list": "查询对外推送",
    "outbox_retrieve": "查看一条对外推送",
    "outbox_acts_create": "重新推送或者放弃推送",
    "act_reports_list": "查询监管行为数据的报送",
    "act_reports_retrieve": "查看一项监管行为的报送",
    "uploads_create": "预先上传一个文件，供随后的调用作为附件",
    "crimes_list": "查询行刑衔接案件",
    "crimes_create": "指定专案组核实涉嫌犯罪案件，或拟移送行政处理",
    "crimes_retrieve": "查看行刑衔接案件",
    "crimes_acts_create": "办理行刑衔接案件：终止核实、审批、移送、签收、立案、复议、监督、处理",
    "disputes_list": "查询职责争议",
    "disputes_create": "拟提出职责争议",
    "disputes_retrieve": "查看职责争议",
    "disputes_acts_create": "办理职责争议：提出、确认、提请、说明、决定、撤回",
    "refusals_list": "查询履职推诿",
    "refusals_create": "拟履职建议书",
    "refusals_retrieve": "查看履职推诿",
    "refusals_acts_create": "办理履职推诿：建议、答复、报告、责令改正、通报、追责",
    "sharing_entries_list": "查询共享目录",
    "sharing_entries_create": "编制共享目录",
    "sharing_entries_retrieve": "查看共享目录的一个版本",
    "sharing_entries_acts_create": "办理共享目录：确认、退回、作废、停用",
    "shared_records_list": "查询共享信息",
    "shared_records_create": "登记共享信息",
    "shared_records_retrieve": "查看共享信息",
    "shared_records_acts_create": "办理共享信息：共享、不予共享、阅收",
    "shared_records_acts_complete_create": "补充共享信息的内容和附件",
    "sharing_requests_list": "查询信息共享申请",
    "sharing_requests_create": "拟信息共享申请",
    "sharing_requests_retrieve": "查看信息共享申请",
    "sharing_requests_acts_create": "办理信息共享申请：签发、签发答复、退回、撤回",
    "sharing_requests_acts_propose_create": "拟信息共享申请的答复",
    "joint_verifications_list": "查询联合核查",
    "joint_verifications_create": "拟联合核查分工",
    "joint_verifications_retrieve": "查看联合核查",
    "joint_verifications_acts_create": "办理联合核查：签发、退回、签发结论、退回结论、取消",
    "penalties_list": "查询行政处罚",
    "penalties_create": "登记行政处罚，送本部门负责人签发",
    "penalties_retrieve": "查看行政处罚",
    "penalties_acts_create": "办理行政处罚：签发、退回、不再登记、撤销",
    "penalties_acts_edit_create": "修改未签发的行政处罚",
    "measures_list": "查询行政强制措施",
    "measures_create": "申请行政强制措施，送本部门负责人批准",
    "measures_retrieve": "查看行政强制措施",
    "measures_urgent_create": "报告先行实施的强制措施，补办批准",
    "measures_acts_create": "办理行政强制措施：批准、退回、解除、延长、签发处理决定等",
    "measures_acts_edit_create": "修改未批准的强制措施申请",
    "measures_acts_carry_out_create": "登记强制措施的实施",
    "measures_acts_ask_extension_create": "申请延长强制措施期限",
    "measures_acts_test_create": "登记检测，检测期间不计入期限",
    "measures_acts_dispose_create": "拟定强制措施的处理决定",
    "measures_acts_close_create": "登记处理决定的执行，办结强制措施",
    "upstream_matters_list": "查询上级事项",
    "upstream_matters_retrieve": "查看上级事项及其各版本",
    "upstream_matters_acts_create": "办理上级事项：对照后不改、不认领、确认取消",
    "upstream_matters_acts_claim_create": "认领上级事项为本地区事项草稿",
    "matters_list": "查询监管事项",
    "matters_retrieve": "查看监管事项的一个版本",
    "matters_acts_create": "办理监管事项：送审、审核、退回、公布、修改、废止",
    "check_items_list": "查询检查事项",
    "subjects_list": "查询监管对象",
    "subjects_retrieve": "查看监管对象",
    "subjects_upsert_create": "批量新增或更新监管对象（一次最多 1000 个，全部写入或全部不写入）",
    "subjects_acts_grade_create": "调整信用风险等级",
    "subjects_acts_unmask_create": "查看自然人的完整信息，说明理由并留痕",
    "inspectors_list": "查询执法检查人员",
    "inspectors_retrieve": "查看执法检查人员",
    "inspectors_acts_create": "办理执法检查人员：离岗、恢复在岗",
    "indicator_sets_list": "查询信用评价指标",
    "indicator_sets_retrieve": "查看信用评价指标的一个版本",
    "indicator_sets_create": "编制信用评价指标（新版本）",
    "indicator_sets_acts_create": "办理信用评价指标：试算、送签、签发、批准生效、退回、评价、作废",
    "indicator_sets_acts_edit_create": "编辑信用评价指标草稿",
    "evaluations_list": "查询信用评价",
    "evaluations_retrieve": "查看一次信用评价及等级分布",
    "assessments_list": "查询一个监管对象或一次评价的评价结果",
    "credit_events_list": "查询信用记录",
    "credit_events_create": "批量登记外部信用记录（一次最多 1000 条，全部写入或全部不写入）",
    "policies_list": "查询差异化监管方案",
    "policies_create": "拟定差异化监管方案（新版本）",
    "policies_retrieve": "查看差异化监管方案",
    "policies_acts_create": "办理差异化监管方案：送签、签发生效、退回、作废",
    "policies_acts_edit_create": "编辑差异化监管方案草稿",
    "plan_items_list": "查询计划项目",
    "plan_items_create": "编制计划项目",
    "plan_items_retrieve": "查看计划项目",
    "plan_items_acts_create": "办理计划项目：提请确认、备案、退回、调整、撤回",
    "plan_items_parts_acts_create": "代表参与部门答复：确认参加、不参加",
    "draws_list": "查询随机抽取",
    "draws_create": "公告一次随机抽取",
    "draws_retrieve": "查看随机抽取",
    "draws_acts_create": "办理随机抽取：承诺、冻结、揭示、作废",
    "draws_bundle_retrieve": "下载抽取包",
    "tasks_list": "查询联合检查任务",
    "tasks_create": "派发联合检查任务",
    "tasks_retrieve": "查看联合检查任务",
    "tasks_acts_create": "办理联合检查任务：接收、商定日期、签发、签到、取消",
    "results_list": "查询检查结果",
    "results_retrieve": "查看检查结果",
    "results_acts_create": "办理检查结果：审核、退回、更正、撤销公示",
    "results_acts_submit_create": "录入检查结果并提交审核",
    "clues_list": "查询线索",
    "clues_create": "登记线索",
    "clues_retrieve": "查看线索",
    "clues_acts_create": "办理线索：由本部门办理、签收、退回、签发等",
    "clues_people_list": "查询可以指定为保密线索知悉人的人员",
    "clues_acts_name_create": "指定保密线索的知悉人",
    "clues_acts_add_evidence_create": "补充线索的证据材料",
    "clues_acts_talk_create": "记录线索移送前的沟通",
    "clues_acts_prepare_create": "拟线索移送函",
    "clues_acts_supplement_create": "提交线索补充说明",
    "clues_acts_propose_create": "拟线索办理答复",
    "clues_acts_tell_create": "移送后告知反映人",
    "clues_acts_extend_create": "延长线索办理期限",
    "clues_acts_assign_create": "指定线索承办部门",
    "clues_acts_merge_create": "并入其他线索",
    "letters_list": "查询函件",
    "letters_create": "拟函",
    "letters_retrieve": "查看函件",
    "letters_acts_create": "办理函件：提交、签发、签收、退回、答复、撤回等",
    "letters_acts_edit_create": "修改草稿或者被退回的函件",
    "letters_acts_draft_answer_create": "拟函件的答复",
    "letters_acts_enter_answer_create": "录入平台外单位的答复",
    "letters_acts_supplement_create": "提交函件的补充材料",
    "letters_acts_extend_create": "延长函件的答复期限",
    "warnings_list": "查询预警",
    "warnings_retrieve": "查看预警",
    "warnings_create": "登记国家、省级下发的预警",
    "warnings_acts_create": "办理预警：接收、阅知、拟不予处置、签署、退回、签发反馈",
    "warnings_acts_assign_create": "调整预警的责任部门",
    "warnings_acts_study_create": "发起预警联合会商",
    "warnings_acts_conclude_create": "登记预警会商结论",
    "warnings_acts_clue_create": "预警转为线索",
    "warnings_acts_check_create": "预警纳入检查任务",
}
"""Operation → what it does; a test asks for an entry per operation."""

_NAMES = {
    400: "BadRequest",
    401: "NotLoggedIn",
    403: "Forbidden",
    404: "NotFound",
    406: "NotAcceptable",
    409: "Conflict",
    413: "TooLarge",
    415: "UnsupportedMediaType",
    422: "Refused",
    429: "TooManyCalls",
}
_PROBLEM = {
    "type": "object",
    "description": "办理未成功的原因（RFC 9457）",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "固定为 about:blank"},
        "title": {"type": "string", "description": "概括"},
        "status": {"type": "integer", "description": "HTTP 状态码"},
        "detail": {"type": "string", "description": "具体原因，可以直接给人看"},
        "code": {"type": "string", "description": "供程序判断的原因代码"},
        "errors": {
            "type": "array",
            "description": "逐个字段的错误",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "字段"},
                    "message": {"type": "string", "description": "错误说明"},
                },
            },
        },
    },
}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie of a login on the pages."""

    target_class = "records.api_auth.SessionLogin"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "登录后的会话；写操作另需请求头 X-CSRFToken。",
        }


def describe(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Complete the generated description; a postprocessing hook of drf-spectacular."""
    for address, operations in result["paths"].items():
        signed = address.startswith("/gateway/")
        about = "gateway" if signed else address.removeprefix("/api/v1/").split("/")[0]
        for method, operation in operations.items():
            operation["tags"] = [TAGS.get(about, about)]
            operation["summary"] = SUMMARIES.get(operation["operationId"], "")
            # The docstrings of the code are for those who read the code.
            operation.pop("description", None)
            for status in _refusals(method, signed=signed):
                operation["responses"].setdefault(
                    str(status), {"$ref": f"#/components/responses/{_NAMES[status]}"}
                )
    components = result["components"]
    for schema in components["schemas"].values():
        if schema.get("type") == "object":
            schema.pop("description", None)
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {
        name: {
            "description": TITLES[status],
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, name in _NAMES.items()
    }
    result["tags"] = [{"name": word} for word in TAGS.values()]
    return result


def _refusals(method: str, *, signed: bool) -> list[int]:
    """Reading can find nothing (a key, the cursor of a list); writing can be refused as well.
    Signed calls name nothing to be found, may be too large and come too often."""
    if signed:
        return [400, 401, 403, 406, 413, 422, 429] + ([409, 415] if method != "get" else [])
    return [400, 401, 403, 404, 406] + ([409, 415, 422] if method != "get" else [])
