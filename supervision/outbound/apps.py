from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "supervision.outbound"
    label = "outbound"
    verbose_name = "对外报送"

    def ready(self) -> None:
        from credit.services.origins import restated
        from records import adapters
        from records.delivery import ROUTERS
        from records.outbox_content import register
        from supervision.outbound.adapters import ADAPTERS
        from supervision.outbound.links import links
        from supervision.outbound.models import CODE_WORDS
        from supervision.outbound.rules import FIELDS
        from supervision.outbound.services.reports import on_restated

        for adapter in ADAPTERS:
            adapters.register(adapter)
        ROUTERS.append(links)
        register("supervision_act", FIELDS, CODE_WORDS)
        restated.connect(on_restated, dispatch_uid="outbound.reports")
