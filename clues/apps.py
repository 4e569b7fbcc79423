from django.apps import AppConfig


class CluesConfig(AppConfig):
    name = "clues"
    verbose_name = "线索与协作"

    def ready(self) -> None:
        from clues import imports, receivers  # noqa: F401  (imports register themselves)
        from clues.models import Concealable
        from clues.services.sharing import events
        from records.concealment import CONCEALED

        for model in self.get_models():
            if issubclass(model, Concealable):
                CONCEALED[model._meta.label] = model.objects.concealed_from

        events.connect()
        receivers.connect()
