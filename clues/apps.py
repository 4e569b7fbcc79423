from django.apps import AppConfig


class CluesConfig(AppConfig):
    name = "clues"
    verbose_name = "线索与协作"

    def ready(self) -> None:
        from clues import imports, outgoing, receivers  # noqa: F401  (imports register themselves)
        from clues.models import Concealable, ConcealedObject, Stop
        from clues.selectors import happened
        from clues.services import credit, merge_rules
        from clues.services.complainants import named_in_visit
        from clues.services.sharing import events
        from credit.selectors import timeline
        from credit.services import references
        from credit.services.origins import register
        from inspections.services.public_words import UNTOLD
        from records import outbox_content
        from records.concealment import CONCEALED, INTERNAL

        outbox_content.register("clue", outgoing.CLUE, outgoing.CLUE_CODES)
        outbox_content.register("warning", outgoing.WARNING, outgoing.WARNING_CODES)
        CONCEALED.append(ConcealedObject.objects.hidden_from)
        for model in self.get_models():
            # Nothing is entered about a stop: what is done there is done with its object.
            if issubclass(model, Concealable) and model is not Stop:
                INTERNAL[model._meta.label] = model.objects.internal_to_others

        for origin in (
            *(credit.CLUES, credit.PENALTIES, credit.MEASURES),
            *(credit.WARNINGS, credit.CRIMES),
        ):
            register(origin)
        references.register(*merge_rules.REFERENCES)
        timeline.register(*happened.SOURCES)
        UNTOLD.append(named_in_visit)
        events.connect()
        receivers.connect()
