"""Who else may see a joint task."""

from __future__ import annotations

from django.contrib import admin

from departments.grants import GrantAdmin, GrantForm
from inspections.models import JointTask, JointTaskUserPermission


class TaskGrantForm(GrantForm):
    """Names the task by its code."""

    class Meta:
        model = JointTaskUserPermission
        fields = ()

    def find(self, code: str) -> JointTask | None:
        return JointTask.objects.filter(code=code).first()


@admin.register(JointTaskUserPermission)
class TaskGrantAdmin(GrantAdmin):
    form = TaskGrantForm
