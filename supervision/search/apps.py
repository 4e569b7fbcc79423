from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "supervision.search"
    label = "search"
    verbose_name = "全站搜索"
