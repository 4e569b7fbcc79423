from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from guardian.mixins import GuardianUserMixin

from departments.roles import ADMINISTRATORS, Function, Role


class Region(models.Model):
    """An administrative region. ``code`` is GB/T 2260 without trailing zeros (41, 4116, 411603,
    411603100), so that a region's superiors are the prefixes of its code."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省"
        CITY = "city", "市"
        COUNTY = "county", "县（市、区）"
        TOWNSHIP = "township", "乡镇（街道）"

    code = models.CharField("行政区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    full_name = models.CharField("全称", max_length=120)
    level = models.CharField("层级", max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    former_codes = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="曾用代码"
    )

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ("code",)
        indexes = (
            models.Index(
                fields=("code",), name="region_code_prefix", opclasses=["varchar_pattern_ops"]
            ),
        )

    def __str__(self) -> str:
        return self.name


class DepartmentQuerySet(models.QuerySet["Department"]):
    def within(self, region_code: str) -> DepartmentQuerySet:
        return self.filter(region__code__startswith=region_code)


class Department(models.Model):
    """A body that leads, cooperates or is consulted; only ``enforces`` ones send inspectors."""

    region = models.ForeignKey(
        Region, models.PROTECT, verbose_name="所属区划", related_name="departments"
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=30)
    kind = models.CharField("性质", max_length=30, blank=True)
    enforces = models.BooleanField("具有行政执法资格", default=False)
    hotline = models.CharField("咨询投诉电话", max_length=40, blank=True)
    is_active = models.BooleanField("启用", default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("region", "name"), name="department_name_once_per_region"
            ),
        )

    def __str__(self) -> str:
        return self.short_name or self.name


class DepartmentAlias(models.Model):
    """Another way a document prints a department, misprints included; resolved by the import."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="aliases", verbose_name="部门"
    )
    alias = models.CharField("别名", max_length=100)
    source = models.CharField("出处", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门别名"
        constraints = (
            models.UniqueConstraint(fields=("region", "alias"), name="alias_once_per_region"),
        )

    def __str__(self) -> str:
        return f"{self.alias} = {self.department}"


class FunctionAssignment(models.Model):
    """Part of a region's profile: which department fills a function, and by which document."""

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="functions", verbose_name="区划"
    )
    function = models.CharField("职能", max_length=30, choices=Function.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="functions", verbose_name="承担部门"
    )
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "职能分工"
        ordering = ("region", "function")
        constraints = (
            models.UniqueConstraint(fields=("region", "function"), name="function_once_per_region"),
        )

    def __str__(self) -> str:
        return f"{self.get_function_display()}：{self.department}"


class RuleValue(models.Model):
    """Part of a region's profile: a rule number that differs from the default."""

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="rule_values", verbose_name="区划"
    )
    key = models.CharField("规则", max_length=80)
    value = models.IntegerField("数值")
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "地方规则"
        ordering = ("region", "key")
        constraints = (
            models.UniqueConstraint(fields=("region", "key"), name="rule_once_per_region"),
        )

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class User(GuardianUserMixin, AbstractUser):
    """A person with an account. The three administrators hold no other role and no department's
    business (R2)."""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=60)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="部门"
    )
    township = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="乡镇街道"
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices), default=list, verbose_name="角色"
    )
    demo_note = models.CharField("演示说明", max_length=200, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(roles__overlap=sorted(str(role) for role in ADMINISTRATORS))
                | models.Q(roles__len=1),
                name="administrator_holds_no_other_role",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def get_roles_display(self) -> list[str]:
        """The Chinese words of the person's roles."""
        return [str(Role(role).label) for role in self.roles]
