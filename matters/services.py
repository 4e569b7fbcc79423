"""Writing matters: their acts, new versions, changes to drafts (M1, M2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from departments.models import Department
from matters.acts import MATTER_ACTS, coordinates, version_in_preparation
from matters.models import Duty, Matter, MatterVersion, SubjectCategory
from records import clock, outbox, trail
from records.actor import Actor
from records.acts import refuse_long
from records.errors import Conflict, NotAllowed, Refused

FULL_SHARE_BP = 10_000
"""All subjects, in basis points."""

CURRENT = (*MatterVersion.PREPARING, MatterVersion.State.IN_FORCE)


@dataclass(frozen=True)
class Part:
    """What one department does in a matter: ``part`` is a ``Duty.Part``."""

    department_id: int
    part: str
    printed: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a version says. ``ratio_bp`` is in basis points, None: by credit grade;
    ``partners`` are in printed order, without the lead."""

    name: str
    subjects_text: str
    content: str
    lead_id: int
    partners: Sequence[Part]
    category_ids: Sequence[int]
    group: str = MatterVersion.Group.KEY
    theme: str = ""
    legal_bases: str = ""
    industry_class: str = ""
    exercise_level: str = "县级"
    way: str = MatterVersion.Way.ON_SITE
    ratio_bp: int | None = None
    full_coverage: bool = False
    lead_printed: str = ""


FIELDS = (
    "name",
    "group",
    "theme",
    "subjects_text",
    "content",
    "legal_bases",
    "industry_class",
    "exercise_level",
    "way",
    "ratio_bp",
    "full_coverage",
    "lead_id",
)
"""The plain values of a version, as named by the model and by ``Content``."""


def submit(actor: Actor, pk: int, opinion: str = "") -> MatterVersion:
    """Send a draft to the legality review. Raises ``Refused`` when something is missing in it."""
    with MATTER_ACTS.take(actor, "submit", pk, opinion=opinion) as version:
        if missing := missing_for_review(version):
            raise Refused(missing)
    return version


def send_back(actor: Actor, pk: int, opinion: str) -> MatterVersion:
    """Return a draft under review to those who prepare it."""
    with MATTER_ACTS.take(actor, "return", pk, opinion=opinion) as version:
        pass
    return version


def approve(actor: Actor, pk: int, opinion: str) -> MatterVersion:
    """Sign the legality review."""
    with MATTER_ACTS.take(actor, "approve", pk, opinion=opinion) as version:
        pass
    return version


def put_in_force(actor: Actor, pk: int, opinion: str = "") -> MatterVersion:
    """Put a reviewed version in force in place of the one before it, and tell the province."""
    with MATTER_ACTS.take(actor, "put_in_force", pk, opinion=opinion) as version:
        now = clock.now()
        before = (
            MatterVersion.objects.select_for_update(of=("self",))
            .filter(matter_id=version.matter_id, state=MatterVersion.State.IN_FORCE)
            .first()
        )
        if before is not None:
            before.state = MatterVersion.State.SUPERSEDED
            before.ended_at = now
            before.save(update_fields=("state", "ended_at"))
            trail.record(
                actor,
                "matter.supersede",
                f"被版本 {version.number} 代替",
                before,
                before={"state": MatterVersion.State.IN_FORCE},
                after={"state": before.state, "ended_at": now},
            )
        version.in_force_at = now
        outbox.post(
            outbox.PROVINCE,
            "matter.in_force",
            _payload(version),
            version.region_code,
            thread=f"matter:{version.matter_id}",
        )
    return version


def abolish(actor: Actor, pk: int, opinion: str) -> MatterVersion:
    """End a matter that is in force, and tell the province."""
    with MATTER_ACTS.take(actor, "abolish", pk, opinion=opinion) as version:
        version.ended_at = clock.now()
        outbox.post(
            outbox.PROVINCE,
            "matter.abolished",
            {
                "code": version.matter.code,
                "version": version.number,
                "name": version.name,
                "reason": opinion.strip(),
                "abolished_at": version.ended_at.isoformat(),
            },
            version.region_code,
            thread=f"matter:{version.matter_id}",
        )
    return version


HANDLERS: Mapping[str, Callable[[Actor, int, str], MatterVersion]] = {
    "submit": submit,
    "approve": approve,
    "return": send_back,
    "put_in_force": put_in_force,
    "abolish": abolish,
}
"""The acts that need no more than an opinion."""


def missing_for_review(version: MatterVersion) -> str:
    """What a draft still lacks before it can be reviewed, in words; empty when nothing."""
    if all(duty.part == Duty.Part.LEAD for duty in version.duties.all()):
        return f"“{version}”还没有配合部门，不构成跨部门监管事项。"
    if not version.categories.all():
        return f"“{version}”还没有选择对象类别，无法确定检查对象。"
    return ""


def revise(actor: Actor, pk: int, reason: str) -> MatterVersion:
    """Open a new draft from the version in force.

    Raises ``Conflict`` when another version is being prepared, ``Refused`` without a reason.
    """
    with transaction.atomic():
        current = MatterVersion.objects.filter(pk=pk).select_related("matter__region").first()
        if current is not None and MATTER_ACTS["revise"].who(actor, current):
            _refuse_second_preparation(current)
        if not reason.strip():
            raise Refused("请填写修改理由。", field="opinion")
        refuse_long(reason, "修改理由")
        with MATTER_ACTS.take(actor, "revise", pk, opinion=reason) as source:
            return open_version(actor, source.matter, content_of(source), reason, source.source)


def update_draft(actor: Actor, pk: int, content: Content) -> MatterVersion:
    """Replace what a draft says.

    Raises ``Refused`` at the field when a department is from elsewhere, named twice or both
    lead and partner, when the name is another matter's, or when the lead department's own
    clerk would hand the lead to another.
    """
    with MATTER_ACTS.take(actor, "edit", pk) as version:
        if content.lead_id != version.lead_id and not coordinates(actor, version):
            raise Refused("只有综合协调组可以更换牵头部门。", field="lead")
        ensure_sound(content, version.matter)
        before = _lists(version)
        for name in FIELDS:
            setattr(version, name, getattr(content, name))
        version.ratio_bp = None if content.full_coverage else content.ratio_bp
        printed = {duty.department_id: duty.printed for duty in version.duties.all()}
        version.duties.all().delete()
        _write_duties(version, content, printed)
        version.categories.set(content.category_ids)
        after = _lists(version)
        if before != after:
            trail.record(
                actor,
                "matter.edit",
                "调整职责分工和对象类别",
                version,
                before={key: value for key, value in before.items() if value != after[key]},
                after={key: value for key, value in after.items() if value != before[key]},
            )
    return version


def open_version(
    actor: Actor, matter: Matter, content: Content, reason: str, source: str
) -> MatterVersion:
    """Write the next version of a matter as a draft; rights are the caller's to check."""
    if actor.user_id is None:
        raise NotAllowed("事项由登录的人员起草。", verb="matter.create", target=matter)
    last = matter.versions.aggregate(last=Max("number"))["last"] or 0
    version = MatterVersion.objects.create(
        matter=matter,
        number=last + 1,
        change_reason=reason.strip(),
        source=source,
        created_by_id=actor.user_id,
        **{name: getattr(content, name) for name in FIELDS},
    )
    _write_duties(version, content, {})
    version.categories.set(content.category_ids)
    trail.record(
        actor,
        "matter.create",
        f"起草版本 {version.number}",
        version,
        opinion=version.change_reason,
        after={"number": version.number, "source": source, "duties": len(content.partners) + 1},
    )
    return version


def content_of(version: MatterVersion) -> Content:
    """What a version says, for a copy or a comparison."""
    duties = version.duties.all()
    return Content(
        lead_printed=next((d.printed for d in duties if d.part == Duty.Part.LEAD), ""),
        partners=[
            Part(duty.department_id, duty.part, duty.printed, duty.description)
            for duty in duties
            if duty.part != Duty.Part.LEAD
        ],
        category_ids=[category.pk for category in version.categories.all()],
        **{name: getattr(version, name) for name in FIELDS},
    )


def _refuse_second_preparation(version: MatterVersion) -> None:
    if other := version_in_preparation(version):
        raise Conflict(
            f"版本 {other.number} 正在办理（{other.get_state_display()}），办结后才能再次修改。"
        )


def ensure_sound(content: Content, matter: Matter) -> None:
    """Raise ``Refused`` at the field for what a version of the matter cannot say."""
    partner_ids = [part.department_id for part in content.partners]
    if content.lead_id in partner_ids:
        raise Refused("牵头部门不能同时是配合部门。", field="lead")
    if len(set(partner_ids)) != len(partner_ids):
        raise Refused("同一部门只能填写一次。", field="partners")
    if any(part.part == Duty.Part.LEAD for part in content.partners):
        raise Refused("一个事项只有一个牵头部门。", field="partners")
    ids = {content.lead_id, *partner_ids}
    if Department.objects.filter(region_id=matter.region_id, pk__in=ids).count() != len(ids):
        raise Refused("部门必须是本地区的部门。", field="partners")
    if content.ratio_bp is not None and not 0 < content.ratio_bp <= FULL_SHARE_BP:
        raise Refused("抽查比例应大于 0%，不超过 100%。", field="ratio_percent")
    known = SubjectCategory.objects.filter(pk__in=content.category_ids).count()
    if known != len(set(content.category_ids)):
        raise Refused("对象类别不存在。", field="categories")
    same = (
        MatterVersion.objects.filter(
            matter__region_id=matter.region_id, name=content.name, state__in=CURRENT
        )
        .exclude(matter=matter)
        .select_related("matter")
        .first()
    )
    if same is not None:
        raise Refused(f"与现有事项 {same.matter.number} 名称相同。", field="name")


def _write_duties(version: MatterVersion, content: Content, printed: Mapping[int, str]) -> None:
    lead = Part(content.lead_id, Duty.Part.LEAD, content.lead_printed)
    Duty.objects.bulk_create(
        Duty(
            version=version,
            department_id=part.department_id,
            part=part.part,
            position=position,
            printed=part.printed or printed.get(part.department_id, ""),
            description=part.description,
        )
        for position, part in enumerate((lead, *content.partners))
    )


def _lists(version: MatterVersion) -> dict[str, Any]:
    """Duties and categories in words, for the trail."""
    duties = Duty.objects.filter(version=version).select_related("department")
    return {
        "duties": [
            f"{duty}：{duty.description}" if duty.description else str(duty) for duty in duties
        ],
        "categories": sorted(version.categories.values_list("name", flat=True)),
    }


def _payload(version: MatterVersion) -> dict[str, Any]:
    duties = version.duties.select_related("department")
    return {
        "code": version.matter.code,
        "number": version.matter.number,
        "version": version.number,
        "name": version.name,
        "group": version.group,
        "subjects": version.subjects_text,
        "content": version.content,
        "legal_bases": version.legal_bases.splitlines(),
        "exercise_level": version.exercise_level,
        "region_code": version.region_code,
        "departments": [
            {"name": duty.department.name, "part": duty.part, "description": duty.description}
            for duty in duties
        ],
        "in_force_at": version.in_force_at.isoformat() if version.in_force_at else None,
        "reason": version.change_reason,
    }
