from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "ringfence.apps.keys"
    label = "keys"
