"""Roles of people and functions of departments ("People" of the product)."""

from django.db import models


class Role(models.TextChoices):
    """What a person does in their department; one person can have several."""

    CLERK = "clerk", "经办人"
    HEAD = "head", "负责人"
    INSPECTOR = "inspector", "执法检查人员"
    TOWNSHIP = "township", "乡镇街道工作人员"
    WITNESS = "witness", "见证人"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
STAFF = frozenset({Role.CLERK, Role.HEAD, Role.INSPECTOR})


class Function(models.TextChoices):
    """What a region's profile assigns to a department; code asks for these, never for a name."""

    COORDINATION = "coordination", "综合协调组"
    LEGAL = "legal", "联合执法组"
    INSPECTION = "inspection", "联合抽查检查组"
    CREDIT = "credit", "联合信用监管组"
    ESTABLISHMENT = "establishment", "机构编制部门"
    WITNESS = "witness", "纪检监察见证"
    PLAN_RECEIVER = "plan_receiver", "计划备案与汇总"
    MATTER_REVIEWER = "matter_reviewer", "事项合法性审核"
    GOVERNMENT = "government", "本级人民政府"
    POLICE = "police", "公安机关"
    PROCURATORATE = "procuratorate", "人民检察院"


OVERSEERS = frozenset(
    {Function.COORDINATION, Function.LEGAL, Function.INSPECTION, Function.PLAN_RECEIVER}
)
"""Functions whose departments see the joint supervision of their whole region."""
