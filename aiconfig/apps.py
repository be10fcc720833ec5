from django.apps import AppConfig


class AIConfigConfig(AppConfig):
    name = "aiconfig"
    verbose_name = "asisten"
