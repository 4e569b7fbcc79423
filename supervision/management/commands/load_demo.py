"""Loads the demo county."""

from argparse import BooleanOptionalAction
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from departments.models import Region
from records import clock
from supervision.dashboard import rollups
from supervision.demo.accounts import ACCOUNTS, PASSWORD
from supervision.demo.assessment import load_past_quarter, load_present_quarter
from supervision.demo.clues import load_clues
from supervision.demo.credit import load_credit, load_policy
from supervision.demo.credit_petitions import load_petitions
from supervision.demo.credit_sanctions import load_sanctions
from supervision.demo.directories import load_directories
from supervision.demo.duplicates import load_duplicates
from supervision.demo.foundation import load_foundation
from supervision.demo.neighbours import accounts as neighbours_accounts
from supervision.demo.outbound import load_outbound
from supervision.demo.season import load_season
from supervision.reconciling import services as reconciliations


class Command(BaseCommand):
    """Progress goes to standard error, so that standard output holds the logins alone."""

    help = "装入演示县（周口市淮阳区）的区划、部门、账号、监管对象和执法检查人员，并列出演示账号"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="数据库已有区划时只列出演示账号"
        )
        parser.add_argument(
            "--season",
            action=BooleanOptionalAction,
            default=settings.DEMO_SEASON,
            help="连同已经办过的一季联合检查：生效的事项、计划、抽取、任务、公示的结果和对省平台的推送",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("生产环境不能装入演示数据。")
        if not Region.objects.exists():
            with transaction.atomic():
                region = load_foundation()
                self.stderr.write(f"已装入演示县 {region.full_name}")
                load_directories(region, clock.today(), self.stderr.write)
                load_policy(region, self.stderr.write)
                if options["season"]:
                    load_season(region, self.stderr.write)
                load_credit(region, self.stderr.write)
                load_sanctions(region, self.stderr.write)
                load_petitions(region, self.stderr.write)
                load_duplicates(region, self.stderr.write)
                load_past_quarter(region, self.stderr.write)
                load_clues(region, self.stderr.write)
                load_present_quarter(region)
                if options["season"]:
                    load_outbound(region, self.stderr.write)
            rollups.fold_all()
            reconciliations.look()
        elif not options["if_empty"]:
            raise CommandError("数据库中已有区划，演示数据只能装入空数据库。")
        self.stdout.write(f"演示账号（口令均为 {PASSWORD}）：")
        for row in (*ACCOUNTS, *neighbours_accounts()):
            self.stdout.write(f"  {row.username:<16}{row.name}：{row.story}")
