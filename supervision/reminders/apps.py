from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "supervision.reminders"
    label = "reminders"
    verbose_name = "提醒和督促"
