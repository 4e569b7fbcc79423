from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from departments.actors import is_staff_member, oversees
from departments.models import Department, Region
from departments.roles import Function
from records import clock
from records.actor import Actor
from records.models import Toned


class SubjectCategory(models.Model):
    """A kind of subject that matters name (零售药店, 养老机构, 自建房 …).

    ``keywords`` are the phrases that, found in a matter's 监管对象 text, mean this kind.
    """

    class IdKind(models.TextChoices):
        USCC = "uscc", "统一社会信用代码"
        HOUSE = "house", "房屋编号"
        VEHICLE = "vehicle", "车辆识别代号"
        SITE = "site", "项目编号"
        PERSON = "person", "从业档案编号"

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    id_kind = models.CharField("标识类型", max_length=10, choices=IdKind.choices)
    keywords = ArrayField(models.CharField(max_length=60), default=list, verbose_name="关键词")
    industry_classes = ArrayField(
        models.CharField(max_length=6), default=list, verbose_name="国民经济行业代码"
    )

    class Meta:
        verbose_name = verbose_name_plural = "监管对象类别"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CheckItem(models.Model):
    """A department's own check item (检查事项) for one or more kinds of subjects."""

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="check_items", verbose_name="部门"
    )
    code = models.CharField("编号", max_length=30)
    title = models.CharField("检查事项", max_length=100)
    guidance = models.TextField("检查要点", blank=True)
    legal_basis = models.CharField("检查依据", max_length=300, blank=True)
    categories = ArrayField(models.SlugField(max_length=40), verbose_name="适用对象类别")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查事项"
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("department", "code"), name="check_item_code_once"),
        )
        indexes = (GinIndex(fields=("categories",)),)

    def __str__(self) -> str:
        return self.title


class Matter(models.Model):
    """A matter of comprehensive supervision (M1); everything that can change is in its versions."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="matters", verbose_name="区划")
    code = models.CharField("事项编码", max_length=30)
    number = models.PositiveIntegerField("序号")

    class Meta:
        verbose_name = verbose_name_plural = "综合监管事项"
        ordering = ("region", "number")
        constraints = (
            models.UniqueConstraint(fields=("region", "code"), name="matter_code_once_per_region"),
            models.UniqueConstraint(fields=("region", "number"), name="matter_number_once"),
        )

    def __str__(self) -> str:
        return self.code


class MatterVersionQuerySet(models.QuerySet["MatterVersion"]):
    def visible_to(self, actor: Actor) -> MatterVersionQuerySet:
        """What is or was in force is seen by every department; work in progress by its lead and
        partners, the overseers, and whom it was granted to."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        public = Q(
            state__in=(
                MatterVersion.State.IN_FORCE,
                MatterVersion.State.SUPERSEDED,
                MatterVersion.State.ABOLISHED,
            ),
            matter__region__code=actor.region_code,
        )
        own = Q(lead_id=actor.department_id) | Q(
            pk__in=Duty.objects.filter(department_id=actor.department_id).values("version_id")
        )
        granted = Q(
            pk__in=MatterVersionUserPermission.objects.filter(user_id=actor.user_id).values(
                "content_object_id"
            )
        )
        if oversees(actor, actor.region_code) or actor.fills(Function.MATTER_REVIEWER):
            own |= Q(matter__region__code__startswith=actor.region_code)
        return self.filter(public | own | granted)

    def in_force(self) -> MatterVersionQuerySet:
        return self.filter(state=MatterVersion.State.IN_FORCE)


class MatterVersion(Toned):
    """A matter as it stood or stands; what was decided under it keeps pointing to it (M2)."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        LEGAL_REVIEW = "legal_review", "合法性审核中"
        REVIEWED = "reviewed", "审核通过，待公布"
        IN_FORCE = "in_force", "生效"
        SUPERSEDED = "superseded", "已被新版本代替"
        ABOLISHED = "abolished", "已废止"

    PREPARING = frozenset({State.DRAFT, State.LEGAL_REVIEW, State.REVIEWED})
    TONES: ClassVar[dict[str, str]] = {
        State.LEGAL_REVIEW: "info",
        State.REVIEWED: "warn",
        State.IN_FORCE: "ok",
    }

    class Group(models.TextChoices):
        KEY = "key", "重点监管领域"
        LIVELIHOOD = "livelihood", "其他民生领域"
        EMERGING = "emerging", "新兴领域"

    class Way(models.TextChoices):
        ON_SITE = "on_site", "现场检查"
        OFF_SITE_FIRST = "off_site_first", "非现场优先"

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="versions", verbose_name="事项")
    number = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=15, choices=State.choices, default=State.DRAFT)
    change_reason = models.TextField("制定或修改理由")
    name = models.CharField("事项名称", max_length=100)
    group = models.CharField("领域", max_length=12, choices=Group.choices, default=Group.KEY)
    theme = models.CharField("一件事主题", max_length=60, blank=True)
    subjects_text = models.TextField("监管对象")
    content = models.TextField("主要任务")
    legal_bases = models.TextField("法律依据", blank=True, help_text="每行一条：法律名称 条款")
    industry_class = models.CharField("行业分类", max_length=60, blank=True)
    exercise_level = models.CharField("行使层级", max_length=30, default="县级")
    way = models.CharField("监管方式", max_length=15, choices=Way.choices, default=Way.ON_SITE)
    ratio_bp = models.PositiveIntegerField(
        "抽查比例（基点）", null=True, blank=True, help_text="空表示按信用风险等级确定"
    )
    full_coverage = models.BooleanField("全覆盖检查", default=False)
    lead = models.ForeignKey(
        Department, models.PROTECT, related_name="led_matters", verbose_name="牵头部门"
    )
    categories = models.ManyToManyField(
        SubjectCategory, related_name="matter_versions", verbose_name="对象类别", blank=True
    )
    source = models.CharField("来源文件", max_length=200)
    in_force_at = models.DateTimeField("生效时间", null=True)
    ended_at = models.DateTimeField("失效时间", null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人"
    )
    created_at = models.DateTimeField("建立时间", default=clock.now, editable=False)

    objects = MatterVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "综合监管事项版本"
        ordering = ("matter__number", "-number")
        constraints = (
            models.UniqueConstraint(fields=("matter", "number"), name="matter_version_number_once"),
            models.UniqueConstraint(
                fields=("matter",),
                condition=Q(state="in_force"),
                name="matter_one_version_in_force",
            ),
            models.UniqueConstraint(
                fields=("matter",),
                condition=Q(state__in=("draft", "legal_review", "reviewed")),
                name="matter_one_version_in_preparation",
            ),
            models.CheckConstraint(
                condition=Q(ratio_bp=None) | Q(ratio_bp__lte=10000), name="matter_ratio_at_most_all"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("matters:detail", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.matter.region.code

    @property
    def ratio_text(self) -> str:
        """The share of subjects to check, in words."""
        if self.full_coverage:
            return "全覆盖"
        if self.ratio_bp is None:
            return "按信用风险等级确定"
        return f"{self.ratio_bp / 100:g}%"


class Duty(models.Model):
    """The part of one department in a matter version; the lead has one too."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        ENFORCING = "enforcing", "配合（执法）"
        ASSISTING = "assisting", "配合（协助）"
        DATA = "data", "配合（数据提供）"

    version = models.ForeignKey(MatterVersion, models.CASCADE, related_name="duties")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="duties", verbose_name="部门"
    )
    part = models.CharField("职责", max_length=10, choices=Part.choices)
    position = models.PositiveIntegerField("顺序", default=0)
    printed = models.CharField("文件所印名称", max_length=100, blank=True)
    description = models.CharField("职责说明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门职责"
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                fields=("version", "department"), name="one_duty_per_department_and_version"
            ),
            models.UniqueConstraint(
                fields=("version",), condition=Q(part="lead"), name="one_lead_per_version"
            ),
        )
        indexes = (models.Index(fields=("department", "version")),)

    def __str__(self) -> str:
        return f"{self.department}({self.get_part_display()})"

    @property
    def enforces(self) -> bool:
        """Whether this part sends inspectors: the lead does when it is an enforcement body."""
        if self.part == Duty.Part.LEAD:
            return self.department.enforces
        return self.part == Duty.Part.ENFORCING


class MatterVersionUserPermission(UserObjectPermissionBase):
    """A matter version shown to a person outside its departments."""

    content_object = models.ForeignKey(MatterVersion, models.CASCADE, verbose_name="事项版本")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = verbose_name_plural = "事项额外授权"


class MatterVersionGroupPermission(GroupObjectPermissionBase):
    """A matter version shown to a group outside its departments."""

    content_object = models.ForeignKey(MatterVersion, models.CASCADE)


class UpstreamMatterQuerySet(models.QuerySet["UpstreamMatter"]):
    def visible_to(self, actor: Actor) -> UpstreamMatterQuerySet:
        """Every department of the region compares its duties with those above."""
        if not is_staff_member(actor):
            return self.none()
        return self.filter(region__code=actor.region_code)


class UpstreamMatter(Toned):
    """A matter of a list above the region (M3), as told by the upper level; ``latest`` is its
    newest version, ``settled`` the number of the last one that the region has dealt with."""

    class State(models.TextChoices):
        NEW = "new", "待认领"
        CHANGED = "changed", "有变化"
        WITHDRAWN = "withdrawn", "上级已取消，待处理"
        CLAIMED = "claimed", "已认领"
        DECLINED = "declined", "不认领"
        ENDED = "ended", "上级已取消"

    WAITING = (State.NEW, State.CHANGED, State.WITHDRAWN)
    TONES: ClassVar[dict[str, str]] = {
        State.NEW: "info",
        State.CHANGED: "warn",
        State.WITHDRAWN: "bad",
        State.CLAIMED: "ok",
    }

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    issuer = models.CharField("发布区划代码", max_length=12)
    code = models.CharField("上级事项编码", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    matter = models.ForeignKey(
        Matter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="upstream",
        verbose_name="本地区事项",
    )
    latest = models.OneToOneField(
        "matters.UpstreamVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="最新版本",
    )
    settled = models.PositiveIntegerField("已处理版本", null=True)
    told_at = models.DateTimeField("最近收到", default=clock.now)

    objects = UpstreamMatterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上级事项"
        constraints = (
            models.UniqueConstraint(
                fields=("region", "issuer", "code"), name="upstream_matter_once"
            ),
        )
        indexes = (models.Index(fields=("region", "state", "-told_at")),)

    def __str__(self) -> str:
        return self.latest.name if self.latest else self.code

    def get_absolute_url(self) -> str:
        return reverse("matters:upstream", args=[self.pk])


class UpstreamVersion(models.Model):
    """An upstream matter as the upper level told it; never changed afterwards. Departments are
    named as the upper level names them."""

    matter = models.ForeignKey(UpstreamMatter, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    withdrawn = models.BooleanField("取消", default=False)
    name = models.CharField("事项名称", max_length=100)
    subjects_text = models.TextField("监管对象", blank=True)
    content = models.TextField("主要任务", blank=True)
    legal_bases = models.TextField("法律依据", blank=True)
    exercise_level = models.CharField("行使层级", max_length=30, blank=True)
    lead = models.CharField("牵头部门", max_length=100, blank=True)
    partners = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, verbose_name="配合部门"
    )
    document = models.CharField("文号", max_length=100, blank=True)
    source = models.CharField("报送系统", max_length=40)
    told_at = models.DateTimeField("收到时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "上级事项版本"
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("matter", "number"), name="upstream_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.name}（版本 {self.number}）"
