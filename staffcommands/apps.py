from django.apps import AppConfig


class StaffCommandsConfig(AppConfig):
    name = "staffcommands"
    verbose_name = "staf"
