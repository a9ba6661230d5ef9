"""One table, of no account: how each promise stood when it was last looked at, and when it was last tried."""

from django.db import models

from ringfence.apps.rows.base import Row


class Measurement(Row):
    """The newest of its kind. `source` is `look` (watched while the platform runs) or `trial` (somebody tried to break it).

    `says` and `facts` are sentences and figures of our own: never an account's name, an id or a word of a call.
    """

    promise = models.CharField(max_length=40)
    source = models.CharField(max_length=8)
    state = models.CharField(max_length=16)
    says = models.TextField()
    facts = models.JSONField()
    measured_at = models.DateTimeField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "source"], name="assurance_measurement_one")
        ]
