from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "ringfence.apps.requests"
    label = "requests"
