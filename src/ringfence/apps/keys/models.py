"""One table: bucket keys, wrapped under the epoch of the day on which they end and under the account's."""

from django.db import models

from ringfence.apps.rows.base import TenantRow
from ringfence.policy import Part


class Bucket(TenantRow):
    """account × UTC day the calls ended × part × period → one key.

    `period_days` is null where no end is promised (unlimited); `epoch` then is empty, and the account's life is the end.
    `expires_at` is the
    midnight that ends the UTC day on which the last of its calls falls due.
    """

    part = models.CharField(max_length=12, choices=[(part.value, part.value) for part in Part])
    day = models.DateField()
    period_days = models.IntegerField(null=True)
    epoch = models.CharField(max_length=60, blank=True)
    expires_at = models.DateTimeField(null=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "part", "day", "period_days"],
                name="keys_bucket_one_per_day",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["expires_at", "account_id"], name="keys_bucket_due")]
