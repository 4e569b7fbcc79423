"""Tells the credit records what was concluded before they listened."""

from typing import Any

from django.core.management.base import BaseCommand

from credit.services.origins import Origin, restate_all


class Command(BaseCommand):
    """May be run at any time and started again when it was ended."""

    help = "把已有的检查结果、线索结论、行政处罚等补记为信用记录；可重复执行，不会重复记录"

    def handle(self, *args: Any, **options: Any) -> None:
        def said(origin: Origin[Any], read: int) -> None:
            self.stderr.write(f"{origin.label}：已读 {read} 条")

        self.stdout.write(f"新增或更新信用记录 {restate_all(said)} 条")
