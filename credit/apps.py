from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = "监管对象与信用"

    def ready(self) -> None:
        from credit import imports, imports_events, imports_indicators, outgoing  # noqa: F401
        from credit.models import Petition, Sanction, WhiteListEntry
        from credit.selectors import happened, timeline
        from credit.services import merge_rules, references
        from records import outbox_content
        from records.concealment import INTERNAL

        outbox_content.register("sanction", outgoing.SANCTION, outgoing.SANCTION_CODES)
        outbox_content.register(
            "credit_event", outgoing.DECIDED_EVENT, outgoing.DECIDED_EVENT_CODES
        )
        outbox_content.register("credit", outgoing.EVALUATION, outgoing.EVALUATION_CODES)
        references.register(*merge_rules.REFERENCES)
        timeline.register(*happened.SOURCES)
        for model in (Petition, Sanction, WhiteListEntry):
            INTERNAL[model._meta.label] = model.objects.internal_to_others
