from django.apps import AppConfig


class ReconcilingConfig(AppConfig):
    name = "supervision.reconciling"
    label = "reconciling"
    verbose_name = "核对"
