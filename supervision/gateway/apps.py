from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "supervision.gateway"
    label = "gateway"
    verbose_name = "接口接入"
