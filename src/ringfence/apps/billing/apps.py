from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "ringfence.apps.billing"
    label = "billing"
