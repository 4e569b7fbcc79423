from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supervision.dashboard import rollups
from supervision.reconciling import services
from supervision.reconciling.models import Reconciliation


class Command(BaseCommand):
    help = "核对一屏统览的汇总数与各业务表，结果可在“系统 → 核对结果”查看；--repair 时重新汇总。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="不一致时重新汇总")

    def handle(self, *args: Any, **options: Any) -> None:
        run = services.reconcile(Reconciliation.Kind.FIGURES)
        if not run.differed:
            self.stdout.write("汇总数与业务表一致。")
            return
        for row in run.rows:
            self.stdout.write(f"{row['what']}：{row['stored']}，{row['real']}")
        if run.differed > len(run.rows):
            self.stdout.write(f"共 {run.differed} 条，以上为前 {len(run.rows)} 条。")
        if not options["repair"]:
            raise CommandError(f"有 {run.differed} 个汇总数与业务表不一致。")
        rollups.rebuild()
        services.reconcile(Reconciliation.Kind.FIGURES)
        self.stdout.write("已重新汇总。")
