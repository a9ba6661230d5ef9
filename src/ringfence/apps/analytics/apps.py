from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "ringfence.apps.analytics"
    label = "analytics"
