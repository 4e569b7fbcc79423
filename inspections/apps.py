from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "联合检查"

    def ready(self) -> None:
        from credit.selectors import timeline
        from credit.services import references
        from credit.services.origins import register
        from inspections import imports, outgoing  # noqa: F401  (imports register themselves)
        from inspections.selectors import happened
        from inspections.services import merge_rules
        from inspections.services.credit import RESULTS
        from inspections.services.rectification import RECTIFICATIONS
        from records import outbox_content

        outbox_content.register("result", outgoing.RESULT)
        outbox_content.register("draw", outgoing.DRAW, outgoing.DRAW_CODES)
        register(RESULTS)
        register(RECTIFICATIONS)
        references.register(*merge_rules.REFERENCES)
        timeline.register(*happened.SOURCES)
