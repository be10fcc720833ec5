from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StaffCommandsConfig(AppConfig):
    name = "staffcommands"
    verbose_name = "staf"

    def ready(self) -> None:
        """Every app's commands module registers its commands, also those of apps above this one."""
        autodiscover_modules("commands")
