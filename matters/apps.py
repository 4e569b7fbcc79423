from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "matters"
    verbose_name = "监管事项"

    def ready(self) -> None:
        from matters import check_items, importing, outgoing  # noqa: F401  (they register)
        from records import outbox_content

        outbox_content.register("matter", outgoing.MATTER, outgoing.MATTER_CODES)
