"""Looks at time: is everything gone that had to go?"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Erasure
from ringfence.lifecycle.accounts import tables
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, gap, kept
from ringfence.lifecycle.audit.checking import audit_status
from ringfence.lifecycle.backup.days import BackupDays, ends
from ringfence.lifecycle.ledger import gate
from ringfence.lifecycle.ledger.book import book
from ringfence.lifecycle.scrub import too_large
from ringfence.lifecycle.sweep.status import Standing, read_facts, sweep_status
from ringfence.policy import quote
from ringfence.policy.catalogue import Holding, PlaceKind, catalogue

AT_ONCE: Final = timedelta(hours=1)
_HOLDS: Final = "SELECT holds, calls FROM lookup.holds_in_force()"
_TO_ERASE: Final = "SELECT * FROM lookup.accounts_to_erase(%s)"
_GO_AT_NIGHT: Final = "what dead rows in the database's files hold of them goes with the next night"
_GO_LATER: Final = "what dead rows in the database's files hold of them goes when PostgreSQL uses the space again, since a table is too large to be written anew"
_LEFT: Final = "SELECT * FROM lookup.people_who_left(%s)"
_ERASED: Final = "SELECT accounts, newest FROM lookup.erased_accounts()"
_OLD_INVOICES: Final = "SELECT * FROM lookup.accounts_with_old_invoices(%s)"
_CONSENTS: Final = "SELECT records, unrecorded, oldest_ends FROM lookup.consents_standing()"
_OPEN: Final = "SELECT * FROM lookup.accounts_with_open_erasures()"


def deletions(looking: Looking) -> Evidence:
    now, waiting, oldest = looking.clock.now(), 0, None
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        accounts = [row[0] for row in cursor.fetchall()]
    for account_id in accounts:
        with tenant(account_id):
            asked = Erasure.objects.filter(account_id=account_id, state="requested")
            moments = list(asked.order_by("requested_at").values_list("requested_at", flat=True))
        waiting += len(moments)
        oldest = min([*moments, *([oldest] if oldest else [])], default=None)
    if oldest is not None and now - oldest > AT_ONCE:
        return broken(
            "A deletion has been waiting for more than an hour: a byte of it could not be erased yet. It is unreadable, and "
            "tried again every few seconds.",
            open=str(waiting), oldest=f"{oldest:%d %b %Y, %H:%M} UTC",
        )  # fmt: skip
    return kept(
        "Whatever customers deleted is gone: unreadable at once, its key and bytes erased, and looked for again.",
        open=str(waiting),
    )


def on_time(looking: Looking) -> Evidence:
    with transaction.atomic(), connection.cursor() as cursor:
        seen = sweep_status(read_facts(cursor, looking.vault.keyring, looking.clock.now()))
        cursor.execute(_HOLDS)
        holds, held = cursor.fetchone()
    facts = {
        "last_sweep": _moment(seen.last_sweep_at),
        "oldest_overdue": _age(seen.oldest_overdue_s), "oldest_key_past_its_day": _age(seen.oldest_key_s),
        "limit": _age(seen.limit_s), "last_key_destroyed": seen.last_destroyed_epoch or "none yet",
        "legal_holds": f"{holds}, naming {held} calls" if holds else "none",
    }  # fmt: skip
    if seen.standing is Standing.NOT_KEPT:
        return broken(" ".join(seen.problems), **facts)
    if seen.standing is Standing.GAP:
        return gap("No sweep has run yet, so nothing can be said.", **facts)
    return kept(
        "What falls due is refused from its last second on, its rows and objects go within the hour, its key with its UTC day.",
        **facts,
    )


def trail(looking: Looking) -> Evidence:
    seen = audit_status(looking.clock)
    facts = {
        "last_batch_sealed": _moment(seen.last_head_at), "not_sealed_yet": str(seen.unsealed),
        "chains_last_verified": _moment(seen.oldest_check_at), "chains_with_a_problem": str(seen.broken),
    }  # fmt: skip
    if seen.broken:
        return broken(
            "An account's audit trail does not verify: something was changed, moved or taken out.", **facts
        )
    if seen.last_head_at is None:
        return gap("Nothing was sealed yet, so nothing can be said.", **facts)
    return kept(
        "Every event is sealed into a signed chain within seconds, kept as long as the plan says and pruned then; each chain is "
        "verified daily. Up to a second, an event is not yet sealed.",
        **facts,
    )


def receipts(_looking: Looking) -> Evidence:
    if said := gate.standing():
        return broken(said)
    newest = book().newest()
    return kept(
        "The ledger of erasures, apart from the database, and the database agree. Its entries are ids and hashes.",
        entries_up_to_batch=str(newest.batch.number) if newest else "none yet",
    )


def accounts(looking: Looking) -> Evidence:
    """Whoever cancelled is gone when the days of grace are over, and nothing of theirs is left but what the law keeps."""
    now = looking.clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_TO_ERASE, [now - AT_ONCE])
        late = len(cursor.fetchall())
        cursor.execute(_ERASED)
        gone, newest = cursor.fetchone()
        cursor.execute(_LEFT, [now])
        left = len(cursor.fetchall())
        large = too_large(cursor)
    facts = {
        "overdue": str(late), "erased_accounts": str(gone), "last_erased": _moment(newest),
        "tables_emptied": str(len(tables.erased())), "tables_kept": ", ".join(tables.kept()),
        "people_of_no_account": str(left), "too_large_to_write_anew": ", ".join(large),
    }  # fmt: skip
    if late:
        return broken("An account whose days of grace are over is not gone everywhere yet.", **facts)
    return kept(
        "A cancelled account is closed at once and erased when its days of grace are over: its keys first, then every table, "
        "object and person that belong to nobody else. Whoever was removed from their last account is gone within the hour, or "
        f"a day after they were made; {_GO_LATER if large else _GO_AT_NIGHT}.",
        **facts,
    )


def billing(looking: Looking) -> Evidence:
    """Invoices go when their years have passed, and hold nothing of a call."""
    with connection.cursor() as cursor:
        cursor.execute(_OLD_INVOICES, [looking.clock.now() - timedelta(days=1)])
        late = len(cursor.fetchall())
    found = [catalogue().of(PlaceKind.TABLE)[name] for name in ("billing_invoice", "billing_usage")]
    of_calls = [
        field.name
        for place in found
        for field in place.fields.values()
        if field.facets.category in {Holding.CALL, Holding.CONTACT} or field.sealed
    ]
    facts = {"past_their_years": str(late), "fields_about_calls": ", ".join(of_calls) or "none"}
    if late or of_calls:
        return broken("Billing records are kept too long, or hold something of a call.", **facts)
    return kept(
        quote(
            "Invoices and the counts beneath them are kept for {billing} from the invoice's date, outlive their account, and "
            "hold no number, no name of anybody who was called, and no content."
        ),
        **facts,
    )


def consents(looking: Looking) -> Evidence:
    """Whoever was asked or objected is on record apart from the call, and no longer than the policy says."""
    with connection.cursor() as cursor:
        cursor.execute(_CONSENTS)
        records, unrecorded, ends = cursor.fetchone()
    facts = {
        "records": str(records), "recordings_without_one": str(unrecorded), "next_to_go": _moment(ends) if ends else "none",
    }  # fmt: skip
    if ends is not None and looking.clock.now() - ends > AT_ONCE:
        return broken("A record of consent is kept past its years.", **facts)
    if unrecorded:
        return broken("There is a recording without a record of what its caller was told or asked.", **facts)
    return kept(
        "Each answer to the recording question and each objection is on record apart from its call, without number, name or "
        "word, until its years have passed.",
        **facts,
    )


def backups(looking: Looking) -> Evidence:
    today = looking.clock.now().date()
    open_days = BackupDays.of(looking.vault.keyring).open
    late = [day for day in open_days if ends(day) <= today]
    facts = {
        "days_that_open": str(len(open_days)),
        "oldest": f"{open_days[0]:%d %b %Y}" if open_days else "none",
    }
    if late:
        return broken("The key of a day's backups stands past its end.", **facts)
    return kept("No backup opens longer than the policy says: its day's key is destroyed.", **facts)


def _moment(at: datetime | None) -> str:
    return f"{at:%d %b %Y, %H:%M} UTC" if at else "never"


def _age(seconds: float) -> str:
    return "nothing" if not seconds else f"{seconds / 60:,.0f} minutes"


LOOKS: Final[dict[str, Look]] = {
    "keep.recordings": on_time,
    "keep.transcripts": on_time,
    "keep.logs": on_time,
    "keep.audit": trail,
    "keep.account": accounts,
    "keep.billing": billing,
    "keep.delete": deletions,
    "keep.compliance": consents,
    "keep.receipts": receipts,
    "keep.backups": backups,
}
