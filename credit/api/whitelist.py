"""REST resource of the white list, to be read."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from credit.forms.whitelist import WhiteListFilter
from credit.models import WhiteListEntry
from credit.selectors.whitelist import entries_for
from records.api import IsStaffMember, KeysetPagination, api_actor


class WhiteListEntrySerializer(serializers.ModelSerializer[WhiteListEntry]):
    """An entry; without a matter it is for all matters that the department leads."""

    class Meta:
        model = WhiteListEntry
        fields = (
            "id",
            "subject",
            "matter",
            "department",
            "state",
            "months",
            "since",
            "until",
            "approved_at",
            "ended_at",
            "end_reason",
        )
        read_only_fields = fields


class WhiteListViewSet(viewsets.ReadOnlyModelViewSet[WhiteListEntry]):
    """Entries visible to the caller, newest first."""

    queryset = WhiteListEntry.objects.none()
    serializer_class = WhiteListEntrySerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = WhiteListFilter

    def get_queryset(self) -> QuerySet[WhiteListEntry]:
        return entries_for(api_actor(self.request))
