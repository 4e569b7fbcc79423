"""The demo accounts: who they are and what each does in the story."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

PASSWORD = "Demo-2026-huaiyang"


@cache
def password_hash() -> str:
    """One hash for all: the demo password is public, and hashing is slow on purpose."""
    return make_password(PASSWORD)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A demo login; all share ``PASSWORD``.

    ``department`` is a department's code. ``roles`` are among ``clerk``, ``head``,
    ``inspector``, ``witness``, ``township``, ``system_admin``, ``security_admin`` and
    ``audit_admin``. ``township`` is the code of the unit whose officer the person is, else empty.
    ``story`` says in one sentence what the person does.
    """

    username: str
    name: str
    department: str
    roles: tuple[str, ...]
    story: str
    township: str = ""


ACCOUNTS: tuple[AccountRow, ...] = (
    AccountRow(
        "xzsp_clerk",
        "冯雅静",
        "XZSP",
        ("clerk",),
        "综合协调组经办人：导入监管事项清单，汇总年度计划；受理 12345 热线线索，研判后移送。",
    ),
    AccountRow(
        "xzsp_head",
        "董建辉",
        "XZSP",
        ("head",),
        "综合协调组负责人：批准事项生效，公布全区计划；签发移送函，看线索停在哪里并督办。",
    ),
    AccountRow(
        "sfj_clerk",
        "许若洁",
        "SFJ",
        ("clerk",),
        "联合执法组经办人：对监管事项作合法性审查，拟执法争议的协调决定。",
    ),
    AccountRow(
        "sfj_head",
        "沈志恒",
        "SFJ",
        ("head",),
        "联合执法组负责人：签署合法性审查意见，参加抽取；对执法争议作出协调决定。",
    ),
    AccountRow(
        "scjg_clerk",
        "傅明涛",
        "SCJG",
        ("clerk",),
        "联合抽查检查组经办人：确认参加的检查；登记、签收、办理线索，移送涉嫌犯罪案件。",
    ),
    AccountRow(
        "scjg_head",
        "邓海霞",
        "SCJG",
        ("head",),
        "联合抽查检查组负责人：批准检查通知书和结果公示；签发移送函、函件和办理答复。",
    ),
    AccountRow(
        "scjg_inspector1",
        "彭俊凯",
        "SCJG",
        ("inspector",),
        "市场监管执法人员：在手机上检查养老机构的食堂、电梯和药品。",
    ),
    AccountRow(
        "scjg_inspector2",
        "吕思敏",
        "SCJG",
        ("inspector",),
        "市场监管执法人员：与同事二人到场，核对检查项并签名。",
    ),
    AccountRow(
        "mzj_clerk",
        "曾佳颖",
        "MZJ",
        ("clerk",),
        "养老机构安全综合监管牵头部门经办人：编制年度计划，发起抽取和任务；组织联合核查。",
    ),
    AccountRow(
        "mzj_head",
        "程永安",
        "MZJ",
        ("head",),
        "牵头部门负责人：批准计划报备，签发行政检查通知书和结果公示，签发联合核查通知和结论。",
    ),
    AccountRow(
        "mzj_inspector1",
        "萧文远",
        "MZJ",
        ("inspector",),
        "民政执法人员：带队进入养老机构，亮码签到，逐项检查并拍照。",
    ),
    AccountRow(
        "mzj_inspector2",
        "袁丽娜",
        "MZJ",
        ("inspector",),
        "民政执法人员：第二名检查人，核对记录并签名提交。",
    ),
    AccountRow(
        "wjw_clerk",
        "曹晓芳",
        "WJW",
        ("clerk",),
        "配合部门经办人：确认参加联合检查并接收任务，签收、办理移送的线索。",
    ),
    AccountRow(
        "wjw_head",
        "唐国平",
        "WJW",
        ("head",),
        "配合部门负责人：批准参加检查和结果公示，签发函件和办理答复。",
    ),
    AccountRow(
        "wjw_inspector1",
        "谢承航",
        "WJW",
        ("inspector",),
        "卫生健康执法人员：检查养老机构内设医务室和传染病防控。",
    ),
    AccountRow(
        "wjw_inspector2",
        "韩慧琳",
        "WJW",
        ("inspector",),
        "卫生健康执法人员：第二名检查人，核对记录并签名。",
    ),
    AccountRow(
        "xfdd_clerk",
        "于振宁",
        "XFDD",
        ("clerk",),
        "配合部门经办人：确认参加联合检查并接收任务，签收、办理移送的线索。",
    ),
    AccountRow(
        "xfdd_head",
        "萧立军",
        "XFDD",
        ("head",),
        "配合部门负责人：批准参加检查和结果公示，签发函件和办理答复。",
    ),
    AccountRow(
        "xfdd_inspector1",
        "罗子恒",
        "XFDD",
        ("inspector",),
        "消防监督人员：检查疏散通道、消防设施和用火用电。",
    ),
    AccountRow(
        "xfdd_inspector2",
        "梁春燕",
        "XFDD",
        ("inspector",),
        "消防监督人员：第二名检查人，核对记录并签名。",
    ),
    AccountRow(
        "fgw_clerk",
        "郑秋萍",
        "FGW",
        ("clerk",),
        "联合信用监管组经办人：维护监管对象的信用等级，看等级怎样影响抽查比例。",
    ),
    AccountRow(
        "jjz_witness",
        "宋一平",
        "JJPZ",
        ("witness",),
        "纪检监察见证人：作为一方承诺并揭示随机数，只参加抽取。",
    ),
    AccountRow(
        "xinzhan_officer",
        "马玉洁",
        "XZZ",
        ("township",),
        "新站镇工作人员：查看本镇的检查任务和线索，到场协助。",
        township="411603101",
    ),
    AccountRow(
        "nync_clerk",
        "郭德林",
        "NYNC",
        ("clerk",),
        "农业农村局经办人：牵头农资、屠宰等事项，办理农资线索，看不到养老机构检查的内部材料。",
    ),
    AccountRow(
        "nync_head",
        "何雨岚",
        "NYNC",
        ("head",),
        "农业农村局负责人：批准本部门牵头事项的计划，签发办理答复。",
    ),
    AccountRow("czj_head", "贾文博", "CZJ", ("head",), "财政局负责人：确认是否参加联合检查。"),
    AccountRow(
        "zrzy_head", "苗立新", "ZRZY", ("head",), "自然资源局负责人：确认是否参加联合检查。"
    ),
    AccountRow(
        "zjj_head",
        "覃国栋",
        "ZJJ",
        ("head",),
        "住建局负责人：确认是否参加联合检查，签发函件，答复履职建议。",
    ),
    AccountRow(
        "cgj_head",
        "聂晓峰",
        "CGJ",
        ("head",),
        "城管局负责人：确认是否参加联合检查，签发移送函，提出职责争议。",
    ),
    AccountRow(
        "zjj_clerk", "龚少华", "ZJJ", ("clerk",), "住建局经办人：签收移送线索，申请技术鉴定。"
    ),
    AccountRow(
        "cgj_clerk", "赖文昌", "CGJ", ("clerk",), "城管局经办人：办理移送的市容和违建线索。"
    ),
    AccountRow(
        "fgw_head",
        "段宏伟",
        "FGW",
        ("head",),
        "联合信用监管组负责人：批准信用评价指标和差异化监管方案，签发失信惩戒、异议和修复的决定。",
    ),
    AccountRow(
        "gaj_clerk",
        "蒋永刚",
        "GAJ",
        ("clerk",),
        "公安机关经办人：签收涉嫌犯罪案件移送书，审查材料。",
    ),
    AccountRow(
        "gaj_head", "顾卫民", "GAJ", ("head",), "公安机关负责人：签发立案或者不予立案的决定。"
    ),
    AccountRow(
        "jcy_clerk", "孟晓彤", "JCY", ("clerk",), "检察机关经办人：收到移送书抄送，跟踪移送和立案。"
    ),
    AccountRow("jcy_head", "钱正阳", "JCY", ("head",), "检察机关负责人：签发立案监督和检察意见。"),
    AccountRow(
        "zfb_clerk", "汤怡然", "ZFB", ("clerk",), "区政府经办人：接收不履职情况报告，拟办理意见。"
    ),
    AccountRow("zfb_head", "尹建业", "ZFB", ("head",), "区政府负责人：责令改正，通报批评。"),
    AccountRow(
        "bianb_clerk", "黎静姝", "BIANB", ("clerk",), "机构编制部门经办人：受理职责争议，召集会商。"
    ),
    AccountRow(
        "bianb_head", "易守正", "BIANB", ("head",), "机构编制部门负责人：签署职责争议的决定。"
    ),
    AccountRow(
        "sthj_clerk", "常青山", "STHJ", ("clerk",), "生态环境部门经办人：办理移送的环境违法线索。"
    ),
    AccountRow(
        "sthj_head", "武思源", "STHJ", ("head",), "生态环境部门负责人：签发函件和办理答复。"
    ),
    AccountRow(
        "yjgl_clerk",
        "乔安民",
        "YJGL",
        ("clerk",),
        "应急管理部门经办人：办理安全生产线索，参加联合核查。",
    ),
    AccountRow(
        "yjgl_head", "贺振华", "YJGL", ("head",), "应急管理部门负责人：签发函件和办理答复。"
    ),
    AccountRow(
        "xinzhan_grid",
        "文春生",
        "XZZ",
        ("township",),
        "新站镇网格员：巡查中发现问题，当场上报线索。",
        township="411603101",
    ),
    AccountRow(
        "system_admin",
        "林思远",
        "XZSP",
        ("system_admin",),
        "系统管理员：维护地区、部门和账号，不经办业务。",
    ),
    AccountRow(
        "security_admin",
        "胡静然",
        "XZSP",
        ("security_admin",),
        "安全管理员：审定角色授权和登录规则，不经办业务。",
    ),
    AccountRow(
        "audit_admin",
        "孙景斌",
        "XZSP",
        ("audit_admin",),
        "审计管理员：只读查看全部留痕并验证其完整。",
    ),
)
