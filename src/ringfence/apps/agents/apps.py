from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "ringfence.apps.agents"
    label = "agents"
