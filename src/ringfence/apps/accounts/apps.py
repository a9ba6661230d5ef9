from django.apps import AppConfig
from django.db.backends.signals import connection_created


class AccountsConfig(AppConfig):
    name = "ringfence.apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from ringfence.apps.accounts.tenancy import guard

        connection_created.connect(guard, dispatch_uid="ringfence.tenancy")
