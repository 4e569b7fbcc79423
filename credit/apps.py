from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = "监管对象与信用"

    def ready(self) -> None:
        from credit import imports  # noqa: F401  (registers its kind of file)
        from credit.models import Sanction, WhiteListEntry
        from records.concealment import INTERNAL

        for model in (Sanction, WhiteListEntry):
            INTERNAL[model._meta.label] = model.objects.internal_to_others
