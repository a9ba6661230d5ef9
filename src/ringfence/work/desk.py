"""The media process's door to what rests (the runtime's port `Admission`), as the login rf_media."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from ringfence.apps.accounts.access import Action, may
from ringfence.apps.accounts.models import Role
from ringfence.apps.agents.models import AgentVersion, Engine
from ringfence.apps.calls.content import LOG, Place, live_numbers_key, open_json
from ringfence.apps.calls.purposes import PROVIDING, check_purpose
from ringfence.apps.consents.records import objected
from ringfence.apps.keys.marks import genuine, row_of
from ringfence.apps.numbers.causes import Cause
from ringfence.apps.numbers.models import Connection
from ringfence.apps.numbers.suppressions import suppress
from ringfence.apps.people.sessions import role_in, role_of
from ringfence.apps.requests.spoken import enter
from ringfence.apps.rows.cursor import Cursor, set_tenant
from ringfence.core.call import CallSetup, Channel, Direction, Holder, RightAsked
from ringfence.core.personal import Category
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.policy import Part, Plan
from ringfence.vault.access import ticket_mark
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Admitted, EngineChoice, Held
from ringfence.voice.telephony.ports import CarrierFailed
from ringfence.voice.telephony.twilio.rest import DEFAULT_BASE_URL, Account, Rest
from ringfence.voice.telephony.twilio.twiml import dial
from ringfence.work.database import Database
from ringfence.work.live import periods_from
from ringfence.work.rows import kept_days

_REDEEM: Final = "SELECT account_id, call_id, held_by, session FROM lookup.redeem_ticket(%s, %s)"
_HELD: Final = """
SELECT t.*, m.*, a.*
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[]) AS t (call_id, account_id, member_id, session_id)
LEFT JOIN LATERAL lookup.member_now(t.account_id, t.member_id, t.session_id) m ON true
CROSS JOIN LATERAL lookup.asked_of(t.account_id, t.member_id) a
"""
_CALL: Final = """
SELECT c.agent_id, c.agent_slug, c.agent_version, c.direction, c.channel, c.plan, c.policy_version, c.started_at,
       c.live_keys, c.numbers_sealed, v.definition, a.timezone, c.periods, v.id, v.mark
FROM calls_call c
JOIN agents_agentversion v ON v.agent_id = c.agent_id AND v.account_id = c.account_id AND v.number = c.agent_version
JOIN accounts_account a ON a.id = c.account_id
WHERE c.account_id = %s AND c.id = %s AND c.status = 'ringing' AND c.being_erased_at IS NULL
"""
_BEGIN: Final = """
UPDATE calls_call SET status = 'in_progress', answered_at = %s, seen_at = %s,
       carrier_call_id = COALESCE(carrier_call_id, %s)
WHERE account_id = %s AND id = %s
"""
_OF_ENGINE: Final = (*Engine.COVERED, "mark")
_ENGINES: Final = f"SELECT {', '.join(_OF_ENGINE)} FROM agents_engine WHERE account_id = %s"  # noqa: S608 - constants of ours
_OF_CONNECTION: Final = (*Connection.COVERED, "mark")
_CONNECTION: Final = f"SELECT {', '.join(_OF_CONNECTION)} FROM lookup.connection_for_webhook(%s)"  # noqa: S608
_BEAT: Final = "UPDATE calls_call SET seen_at = %s WHERE account_id = %s AND id = ANY(%s)"


class Desk:
    """Blocking inside, asynchronous outside: each request is one short transaction in a thread."""

    def __init__(self, database: Database, vault: Vault, gate: Gate) -> None:
        self._database = database
        self._vault = vault
        self._gate = gate

    async def redeem(self, ticket: str, channel: Channel, carrier_call_id: str | None) -> Admitted | None:
        return await asyncio.to_thread(self._redeem, ticket, channel, carrier_call_id)

    async def carrier_secret(self, connection_id: str) -> str | None:
        found = await asyncio.to_thread(self._connection, connection_id)
        return found[2] if found else None

    async def transfer(self, connection_id: str, carrier_call_id: str, number: str) -> None:
        await asyncio.to_thread(self._transfer, connection_id, carrier_call_id, number)

    async def suppress(self, setup: CallSetup, cause: str) -> None:
        number = setup.from_number if setup.direction is Direction.INBOUND else setup.to_number
        await asyncio.to_thread(self._suppress, setup, number, cause)

    async def enter(self, setup: CallSetup, answered_at: datetime, asked: RightAsked) -> None:
        await asyncio.to_thread(self._enter, setup, answered_at, asked)

    async def beat(self, calls: Sequence[tuple[UUID, UUID]]) -> None:
        await asyncio.to_thread(self._beat, calls)

    async def withdrawn(self, calls: Sequence[Held]) -> frozenset[UUID]:
        return await asyncio.to_thread(self._withdrawn, calls)

    def _withdrawn(self, calls: Sequence[Held]) -> frozenset[UUID]:
        wanted = (
            [each.call_id for each in calls], [each.account_id for each in calls],
            [each.holder.member_id for each in calls], [each.holder.session_id for each in calls],
        )  # fmt: skip
        with self._database.transaction() as cursor:
            rows = cursor.execute(_HELD, wanted).fetchall()
            roles = {row[0]: role_in(row[1], row[2], row[3], row[4:], cursor) for row in rows}
        return frozenset(call_id for call_id, role in roles.items() if not _may_talk(role))

    def _redeem(self, ticket: str, channel: Channel, carrier_call_id: str | None) -> Admitted | None:
        now = self._vault.clock.now()
        with self._database.transaction() as cursor:
            found = cursor.execute(_REDEEM, (ticket_mark(self._vault.root, ticket), now)).fetchone()
            if found is None:
                return None
            account_id, call_id, member_id, session_id = found
            holder = Holder(member_id, session_id) if member_id else None
            set_tenant(cursor, account_id)
            row = cursor.execute(_CALL, (account_id, call_id)).fetchone()
            if row is None or row[4] != channel.value or not _published(account_id, row, cursor):
                return None
            if holder and not _may_talk(role_of(cursor, account_id, holder.member_id, holder.session_id)):
                return None
            cursor.execute(_BEGIN, (now, now, carrier_call_id, account_id, call_id))
            rows = cursor.execute(_ENGINES, (account_id,)).fetchall()
            engines = [row_of(Engine, _OF_ENGINE, each, cursor) for each in rows]
        return self._admitted(account_id, call_id, row, engines, now, holder)

    def _admitted(
        self,
        account_id: UUID,
        call_id: UUID,
        row: tuple[Any, ...],
        engines: list[dict[str, Any] | None],
        now: datetime,
        holder: Holder | None,
    ) -> Admitted:
        (
            agent_id,
            slug,
            number,
            direction,
            channel,
            plan,
            policy_version,
            started,
            blob,
            sealed,
            source,
            zone,
            periods,
            _version_id,
            _mark,
        ) = row
        keys = self._vault.recover_live_keys(account_id, call_id, started, bytes(blob))
        place = Place(account_id, call_id)
        check_purpose(PROVIDING)
        numbers = open_json(live_numbers_key(keys.words), sealed, place, LOG, "numbers_sealed")
        kept = partial(kept_days, plan=Plan(plan), periods=periods_from(periods))
        setup = CallSetup(
            call_id=call_id, account_id=account_id, agent_id=agent_id, agent_slug=slug, agent_version=number,
            definition=source, direction=Direction(direction), channel=Channel(channel), plan=plan,
            policy_version=policy_version, from_number=numbers["from"], to_number=numbers["to"],
        )  # fmt: skip
        return Admitted(
            setup=setup,
            keys=keys,
            engines=dict(self._engine(row) for row in engines if row is not None),
            today=now.astimezone(ZoneInfo(zone)),
            holder=holder,
            recording_allowed=kept(Part.RECORDING) != 0,
            transcript_allowed=kept(Part.TRANSCRIPT) != 0,
        )

    def _engine(self, row: dict[str, Any]) -> tuple[str, EngineChoice]:
        account_id, sealed = row["account_id"], row["sealed_secret"]
        secret = self._vault.open_secret(account_id, row["id"], bytes(sealed)) if sealed else None
        return row["name"], EngineChoice(
            account_id=account_id, kind=row["kind"], base_url=row["base_url"], model=row["model"], secret=secret,
            settings=row["settings"],
        )  # fmt: skip

    def _connection(self, connection_id: str) -> tuple[UUID, dict[str, Any], str] | None:
        try:
            wanted = UUID(connection_id)
        except ValueError:
            return None
        with self._database.transaction() as cursor:
            found = cursor.execute(_CONNECTION, (wanted,)).fetchone()
            row = row_of(Connection, _OF_CONNECTION, found, cursor)
        if row is None:
            return None
        secret = self._vault.open_secret(row["account_id"], wanted, bytes(row["sealed_secret"]))
        return row["account_id"], row["settings"], secret

    def _transfer(self, connection_id: str, carrier_call_id: str, number: str) -> None:
        found = self._connection(connection_id)
        if found is None or not carrier_call_id:
            raise CarrierFailed("The call's connection is gone.")
        account_id, settings, secret = found
        base_url = settings.get("base_url") or DEFAULT_BASE_URL
        going = Going(kind=Kind.CARRIER, purpose=PROVIDING, category=Category.CALL, account_id=account_id)
        account = Account(sid=settings["account_sid"], token=secret, base_url=base_url)
        carrier = Rest(account, self._gate.way(going))
        try:
            carrier.redirect(carrier_call_id, dial(number))
        finally:
            carrier.close()

    def _suppress(self, setup: CallSetup, number: str | None, cause: str) -> None:
        with self._database.transaction(setup.account_id) as cursor:
            objected(cursor, self._vault.clock, setup)
            if number:
                kind = Cause.KEYED if cause == "key" else Cause.SPOKEN
                suppress(cursor, self._vault, setup.account_id, number, kind)

    def _enter(self, setup: CallSetup, answered_at: datetime, asked: RightAsked) -> None:
        with self._database.transaction(setup.account_id) as cursor:
            enter(cursor, self._vault, setup.account_id, setup.call_id, answered_at, (asked,))

    def _beat(self, calls: Sequence[tuple[UUID, UUID]]) -> None:
        now = self._vault.clock.now()
        accounts: dict[UUID, list[UUID]] = {}
        for account_id, call_id in calls:
            accounts.setdefault(account_id, []).append(call_id)
        for account_id, ids in accounts.items():
            with self._database.transaction(account_id) as cursor:
                cursor.execute(_BEAT, (now, account_id, ids))


def _published(account_id: UUID, row: tuple[Any, ...], cursor: Cursor) -> bool:
    """Whether the version of a call's row, as `_CALL` reads it, is one that was published."""
    version = {
        "id": row[13],
        "account_id": account_id,
        "agent_id": row[0],
        "number": row[2],
        "definition": row[10],
    }
    return genuine(AgentVersion, version, row[14], cursor)


def _may_talk(role: str | None) -> bool:
    """Whether a member with this role may have a call of their own open: the one who may place it."""
    return role is not None and may(Role(role), Action.PLACE_CALLS)
