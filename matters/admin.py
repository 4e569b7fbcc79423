"""Who else may see a matter in preparation."""

from __future__ import annotations

from django.contrib import admin

from departments.grants import GrantAdmin, GrantForm
from matters.models import MatterVersion, MatterVersionUserPermission


class MatterGrantForm(GrantForm):
    """Names the matter by its code; its newest version is meant."""

    class Meta:
        model = MatterVersionUserPermission
        fields = ()

    def find(self, code: str) -> MatterVersion | None:
        return MatterVersion.objects.filter(matter__code=code).order_by("-number").first()


@admin.register(MatterVersionUserPermission)
class MatterGrantAdmin(GrantAdmin):
    form = MatterGrantForm
