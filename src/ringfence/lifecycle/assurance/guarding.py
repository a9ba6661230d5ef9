"""Looks at the walls: what is declared, how it rests, and who may look. How data travels is in `wire`."""

import heapq
import random
from typing import Final

from django.db import connection

from ringfence.apps.accounts.access import TABLE
from ringfence.apps.accounts.logins import OWNER, SERVING
from ringfence.apps.accounts.models import Role
from ringfence.apps.accounts.tenancy import fenced_tables
from ringfence.apps.calls.objects import Objects
from ringfence.apps.rows.fence import POLICY
from ringfence.apps.rows.schema import LIVE, tables
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, gap, kept
from ringfence.policy import load
from ringfence.policy.catalogue import PlaceKind, catalogue, compare, lapsed
from ringfence.vault.keyring import Keyring
from ringfence.vault.rotation import in_use_since, under_older
from ringfence.vault.seal import CIPHER, KEY_BYTES

SAMPLE: Final = 50
SEALED: Final = b"RFJ1"


def everything_declared(looking: Looking) -> Evidence:
    known = catalogue()
    with connection.cursor() as cursor:
        cursor.execute(LIVE)
        live = tables(cursor.fetchall())
    differing = compare(known, live)
    columns = sum(map(len, live.values()))
    if differing:
        return broken(
            "The database holds something that is not declared, or lacks something that is.",
            differences=str(len(differing)),
        )
    if ended := lapsed(known, looking.clock.now().date()):
        return broken(
            "Exemptions of the catalogue have lapsed: somebody has to look at them again.",
            lapsed=str(len(ended)),
        )
    return kept(
        "Every table and column is declared, with whose it is, what for, how long, and how it is erased. A process does not "
        "start otherwise.",
        tables=str(len(live)), columns=str(columns), other_places=str(len(known.places) - len(live)),
    )  # fmt: skip


def call_data_declared(_looking: Looking) -> Evidence:
    places = [
        place for place in catalogue().of(PlaceKind.TABLE).values() if place.facets.category.value == "call"
    ]
    fields = [field for place in places for field in place.fields.values()]
    clear = [field.name for field in fields if field.kind.free]
    return kept(
        "Call data rests in declared places alone; its words, numbers and sound rest sealed.",
        tables=str(len(places)), columns=str(len(fields)), sealed=str(sum(field.sealed for field in fields)),
        texts_in_the_clear=str(len(clear)),
    )  # fmt: skip


def rest(looking: Looking) -> Evidence:
    """A sample of the objects drawn anew each time, so that no place in the store is one that nobody looks at."""
    store, draw = Objects(looking.config.object_store_url), random.SystemRandom()
    try:
        drawn = heapq.nlargest(
            SAMPLE, ((draw.random(), each.name) for batch in store.all() for each in batch)
        )
        clear = sum(store.source(name).read_at(0, len(SEALED)) != SEALED for _, name in drawn)
    except Unavailable:
        return gap("The object store does not answer: nothing could be looked at.")
    guard, keyring = load().guard, looking.vault.keyring
    if clear:
        return broken(
            "There is an object that is not sealed.", looked_at=str(len(drawn)), not_sealed=str(clear)
        )
    sealed = f"{CIPHER}-{KEY_BYTES * 8}"
    if (said := f"{guard.cipher}-{guard.bits}") != sealed:
        return broken(f"The policy says {said}, and everything here rests under {sealed}.")
    return kept(
        f"Recordings, transcripts, numbers and secrets rest under {sealed} in GCM; the keys that end "
        "with time rest outside the database.",
        recordings_looked_at=str(len(drawn)), day_keys=str(len(keyring.list("day"))), account_keys=str(len(keyring.list("account"))),
        root_key_in_use_since=f"{since:%d %b %Y, %H:%M} UTC" if (since := in_use_since(keyring.store)) else "the first start",
        root_key_rotation=_rotation(keyring),
    )  # fmt: skip


def _rotation(keyring: Keyring) -> str:
    """Every epoch is looked at only while there is something to find."""
    if not keyring.root.rotating():
        return "none under way"
    return f"under way, {under_older(keyring)} keys under the one before"


_FENCED: Final = """
SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s) AND c.relrowsecurity AND c.relforcerowsecurity
"""
_ABOVE: Final = """
SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY(%s) AND (r.rolsuper OR r.rolbypassrls)
UNION SELECT DISTINCT c.relowner::regrole::text FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relowner::regrole::text = ANY(%s)
"""


def roles(_looking: Looking) -> Evidence:
    """The table of roles, and the fences behind it for the day on which code forgets whose rows it asks for."""
    tables = sorted(fenced_tables())
    with connection.cursor() as cursor:
        cursor.execute(_FENCED, [POLICY, tables])
        fenced = {row[0] for row in cursor.fetchall()}
        cursor.execute(_ABOVE, [[OWNER, *SERVING], list(SERVING)])
        above = cursor.fetchall()
    facts = {
        "roles": str(len(Role)), "actions": str(len(TABLE)), "cells_allowed": str(sum(len(each.roles) for each in TABLE.values())),
        "tables_fenced": f"{len(fenced)} of {len(tables)}", "logins_above_the_fences": str(len(above)),
    }  # fmt: skip
    if len(fenced) != len(tables) or above:
        return broken(
            "The database would show rows of another account to code that forgets to ask whose they are.",
            **facts,
        )
    return kept(
        "One table says which role may do what to what, and pages, API, streams and calls ask it. Behind it every table of an "
        "account is fenced in the database, and no login stands above the fences.",
        **facts,
    )


LOOKS: Final[dict[str, Look]] = {
    "collect.nothing-else": everything_declared,
    "collect.call": call_data_declared,
    "guard.rest": rest,
    "guard.roles": roles,
}
