from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = "监管对象与信用"
