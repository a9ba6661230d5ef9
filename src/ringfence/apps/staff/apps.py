from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "ringfence.apps.staff"
    label = "staff"
