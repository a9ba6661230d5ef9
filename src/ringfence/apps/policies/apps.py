from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "ringfence.apps.policies"
    label = "policies"
