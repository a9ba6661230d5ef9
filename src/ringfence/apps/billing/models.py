"""Two tables that outlive their account: what was used by day, and invoices by month.

Counts and lengths. No number, no name of somebody who was called, no word: who looks for a person finds nothing here.
"""

from django.db import models

from ringfence.apps.rows.base import TenantRow


class Usage(TenantRow):
    """How many calls ended on a UTC day, and for how long they lasted. Goes with the invoice that covers it."""

    day = models.DateField()
    calls = models.PositiveIntegerField()
    seconds = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "day"], name="billing_usage_once")]


class Invoice(TenantRow):
    """A month that was used. `customer` is the account's name, the least identity that an invoice has to have.

    `until` is the moment at which it must be gone, by the policy's line for billing records.
    """

    number = models.CharField(max_length=40)
    customer = models.CharField(max_length=200)
    plan = models.CharField(max_length=12)
    first_day = models.DateField()
    last_day = models.DateField()
    calls = models.PositiveIntegerField()
    seconds = models.PositiveBigIntegerField()
    issued_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "first_day"], name="billing_invoice_once")
        ]
        indexes = [models.Index(fields=["until"], name="billing_invoice_until")]
