"""REST resource of the departments' results, to be read (D3)."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers, viewsets

from records.api import IsStaffMember, KeysetPagination, api_actor
from supervision.assessment.models import LineScore, Score


class LineScoreSerializer(serializers.ModelSerializer[LineScore]):
    """A line of a result, in hundredths of a point; ``score`` is null where nothing counts."""

    key = serializers.CharField(source="line.key", help_text="指标代码")
    title = serializers.CharField(source="line.title", help_text="指标")
    weight = serializers.IntegerField(source="line.weight", help_text="分值或上限（百分之一分）")

    class Meta:
        model = LineScore
        fields = ("key", "title", "weight", "rows", "met", "score")
        read_only_fields = fields


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """A department's result in a period, in hundredths of a point."""

    first = serializers.DateField(source="round.first", help_text="周期开始日期")
    months = serializers.IntegerField(source="round.months", help_text="周期的月数：3 或 12")
    state = serializers.CharField(source="round.state", help_text="考核的状态")
    lines = LineScoreSerializer(many=True, read_only=True, help_text="各项指标")

    class Meta:
        model = Score
        fields = (
            *("id", "round", "first", "months", "state", "department"),
            *("base", "deducted", "extra", "total", "rank", "lines"),
        )
        read_only_fields = fields


class ScoreViewSet(viewsets.ReadOnlyModelViewSet[Score]):
    """Results of the caller's department once published; of all for the coordination office."""

    queryset = Score.objects.none()
    serializer_class = ScoreSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination

    def get_queryset(self) -> QuerySet[Score]:
        lines = Prefetch("lines", LineScore.objects.select_related("line"))
        found = Score.objects.visible_to(api_actor(self.request))
        return found.select_related("round").prefetch_related(lines)
