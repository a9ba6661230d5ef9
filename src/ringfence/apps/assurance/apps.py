from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "ringfence.apps.assurance"
    label = "assurance"
