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
    """A month that was used. `customer` is the account's name; with `buyer`, its address and VAT id as they were that day, the
    least identity that an invoice has to have (Directive 2006/112/EC, article 226(4) and (5)).

    Amounts are those of the day it was made; null where the operator had named no price. `until` is the moment at which it must be
    gone, by the policy's line for billing records.
    """

    number = models.CharField(max_length=40)
    customer = models.CharField(max_length=200)
    buyer = models.TextField(db_default="")
    plan = models.CharField(max_length=12)
    first_day = models.DateField()
    last_day = models.DateField()
    calls = models.PositiveIntegerField()
    seconds = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, db_default="")
    month = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    minutes = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    net = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    tax = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    total = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    issued_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "first_day"], name="billing_invoice_once")
        ]
        indexes = [models.Index(fields=["until"], name="billing_invoice_until")]
