from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supervision.dashboard import rollups
from supervision.dashboard.models import Touched

TRIES = 5
"""Looks at a database in which people work: what they do between fold and look differs."""


class Command(BaseCommand):
    help = "核对一屏统览的汇总数与各业务表；--repair 时重新汇总。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="不一致时重新汇总")

    def handle(self, *args: Any, **options: Any) -> None:
        for _ in range(TRIES):
            rollups.fold_all()
            wrong = rollups.differences()
            if not wrong or not Touched.objects.exists():
                break
        if not wrong:
            self.stdout.write("汇总数与业务表一致。")
            return
        for row in wrong:
            self.stdout.write(
                f"{row.region_code} {row.scope or '全部'} {row.place} {row.measure}："
                f"汇总 {row.counted}，实际 {row.real}"
            )
        if not options["repair"]:
            raise CommandError(f"有 {len(wrong)} 个汇总数与业务表不一致。")
        rollups.rebuild()
        self.stdout.write("已重新汇总。")
