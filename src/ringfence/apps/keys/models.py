"""Bucket keys, wrapped under the epoch of the day on which they end and under the account's; and what is known of marks."""

from django.db import models

from ringfence.apps.rows.base import Row, TenantRow
from ringfence.policy import Part
from ringfence.vault.access import MARK_BYTES


class Bucket(TenantRow):
    """account × UTC day the calls ended × part × period → one key.

    `period_days` is null where no end is promised (unlimited); `epoch` then is empty, and the account's life is the end.
    `expires_at` is the
    midnight that ends the UTC day on which the last of its calls falls due.

    `chosen_days` is what the agent's owner chose, null where the plan alone says: a plan change moves `period_days`, and what was
    chosen stays. `shelf` numbers the account's epoch beside the day's, which is changed when periods become shorter.
    """

    part = models.CharField(max_length=12, choices=[(part.value, part.value) for part in Part])
    day = models.DateField()
    period_days = models.IntegerField(null=True)
    chosen_days = models.IntegerField(null=True)
    shelf = models.PositiveIntegerField(db_default=0)
    epoch = models.CharField(max_length=60, blank=True)
    expires_at = models.DateTimeField(null=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at", "account_id"], name="keys_bucket_due"),
            models.Index(fields=["account_id", "day", "part"], name="keys_bucket_day"),
        ]


class EnteredMark(models.Model):
    """Every mark that ever stood in a row. The database lets none in twice: what was changed or removed stays so."""

    mark = models.BinaryField(max_length=MARK_BYTES, primary_key=True)


class ForgedRow(Row):
    """That a row was met which we did not write: of which table, its id, and when first."""

    place = models.CharField(max_length=40)
    row_id = models.UUIDField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "row_id"], name="keys_forgedrow_once")]
