"""Looks at the walls: what is declared, and how it rests. How data travels is in `wire`."""

import heapq
import random
from typing import Final

from django.db import connection

from ringfence.apps.calls.objects import Objects
from ringfence.apps.rows.schema import LIVE, tables
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, gap, kept
from ringfence.policy import load
from ringfence.policy.catalogue import PlaceKind, catalogue, compare, lapsed

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
    return kept(
        f"Recordings, transcripts, numbers and secrets rest under {guard.cipher}-{guard.bits} in GCM; the keys that end "
        "with time rest outside the database.",
        recordings_looked_at=str(len(drawn)), day_keys=str(len(keyring.list("day"))), account_keys=str(len(keyring.list("account"))),
    )  # fmt: skip


LOOKS: Final[dict[str, Look]] = {
    "collect.nothing-else": everything_declared,
    "collect.call": call_data_declared,
    "guard.rest": rest,
}
