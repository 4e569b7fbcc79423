from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = "监管对象与信用"

    def ready(self) -> None:
        from credit import imports, imports_events, imports_indicators  # noqa: F401  (they register)
        from credit.models import Petition, Sanction, WhiteListEntry
        from credit.selectors import happened, timeline
        from credit.services import merge_rules, references
        from records.concealment import INTERNAL

        references.register(*merge_rules.REFERENCES)
        timeline.register(*happened.SOURCES)
        for model in (Petition, Sanction, WhiteListEntry):
            INTERNAL[model._meta.label] = model.objects.internal_to_others
