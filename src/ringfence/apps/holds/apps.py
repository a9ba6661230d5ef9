from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "ringfence.apps.holds"
    label = "holds"
