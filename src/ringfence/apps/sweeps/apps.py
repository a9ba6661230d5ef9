from django.apps import AppConfig


class SweepsConfig(AppConfig):
    name = "ringfence.apps.sweeps"
    label = "sweeps"
