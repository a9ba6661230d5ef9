"""Two tables of no account: what each sweep did, and until when the clock was believed."""

from django.db import models

from ringfence.apps.rows.base import Row


class Outcome(models.TextChoices):
    """How a sweep ended."""

    DONE = "done"
    PARTLY = "partly"  # something could not be destroyed; the next sweep tries it again
    REFUSED = "refused"  # the clocks disagree: nothing was destroyed


class Sweep(Row):
    """One run over everything that is overdue, in counts. `last_epoch` is the newest epoch that it destroyed."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    code = models.CharField(max_length=40, blank=True)
    calls = models.PositiveIntegerField(default=0)
    recordings = models.PositiveIntegerField(default=0)
    transcripts = models.PositiveIntegerField(default=0)
    buckets = models.PositiveIntegerField(default=0)
    epochs = models.PositiveIntegerField(default=0)
    last_epoch = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-began_at", "-id"], name="sweeps_sweep_newest")]


class ClockMark(Row):
    """One row: the latest moment that was believed, and how the machine's ticks count on from it. `confirmed_at` is the moment
    that a person last vouched for.
    """

    moment = models.DateTimeField()
    boot = models.CharField(max_length=64, blank=True)
    ticks = models.FloatField()
    confirmed_at = models.DateTimeField(null=True)
