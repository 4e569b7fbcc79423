from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "联合检查"

    def ready(self) -> None:
        from credit.selectors import timeline
        from credit.services import references
        from credit.services.origins import register
        from inspections import imports  # noqa: F401  (registers its kind of file)
        from inspections.selectors import happened
        from inspections.services import merge_rules
        from inspections.services.credit import RESULTS
        from inspections.services.rectification import RECTIFICATIONS

        register(RESULTS)
        register(RECTIFICATIONS)
        references.register(*merge_rules.REFERENCES)
        timeline.register(*happened.SOURCES)
