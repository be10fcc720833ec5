from django.apps import AppConfig


class AimeowConfig(AppConfig):
    name = "aimeow"
    verbose_name = "gateway WhatsApp"
