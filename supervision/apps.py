from django.apps import AppConfig
from django.conf import settings


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = "综合监管"

    def ready(self) -> None:
        if settings.DEMO:
            # Models are not ready before this.
            from supervision.demo.samples import register_samples

            register_samples()
