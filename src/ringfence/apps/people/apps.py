from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ringfence.apps.people"
    label = "people"
