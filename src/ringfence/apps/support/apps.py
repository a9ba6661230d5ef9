from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "ringfence.apps.support"
    label = "support"
