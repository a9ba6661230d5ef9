from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "ringfence.apps.calls"
    label = "calls"
