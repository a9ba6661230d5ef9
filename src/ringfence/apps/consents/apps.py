from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "ringfence.apps.consents"
    label = "consents"
