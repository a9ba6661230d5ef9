"""The two kinds of row. Ids and moments come from the caller's clock, never from a default."""

from django.db import models

from ringfence.apps.rows import among

among.register()


class Row(models.Model):
    """A row with a UUIDv7 (`ringfence.core.ids.new_id`) as its key."""

    id = models.UUIDField(primary_key=True, editable=False)

    class Meta:
        abstract = True


class TenantRow(Row):
    """A row of one account. Its table is fenced (`fence.Fence`), and every query filters by `account_id` itself."""

    account_id = models.UUIDField()

    class Meta:
        abstract = True
