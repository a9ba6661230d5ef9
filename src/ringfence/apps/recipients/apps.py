from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    name = "ringfence.apps.recipients"
    label = "recipients"
