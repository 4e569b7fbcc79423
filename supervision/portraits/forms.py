"""The filter of a subject's timeline."""

from __future__ import annotations

from typing import Any

from django import forms

from credit.selectors.timeline import SOURCES
from departments.models import Department


class TimelineFilter(forms.Form):
    """One kind of thing, one department; what is not offered filters nothing."""

    kind = forms.ChoiceField(label="种类", required=False)
    department = forms.ModelChoiceField(
        Department.objects.none(), label="部门", required=False, empty_label="全部"
    )

    def __init__(self, *args: Any, region_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(source.code, source.label) for source in SOURCES.values()]
        self.fields["kind"].choices = [("", "全部"), *kinds]  # type: ignore[attr-defined]
        departments = Department.objects.within(region_code)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """What to narrow the timeline to, for ``credit.selectors.timeline.page``."""
        self.is_valid()
        department = self.cleaned_data.get("department")
        return {
            "kind": self.cleaned_data.get("kind", ""),
            "department": department.pk if department else None,
        }
