from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "ringfence.apps.numbers"
    label = "numbers"
