"""Twilio's REST API, as far as we need it: place a call, hand one over, end one."""

from dataclasses import dataclass, field
from typing import Final

import httpx

from ringfence.egress.clients import blocking_client
from ringfence.egress.errors import BadTarget, NoWay, Refused
from ringfence.egress.gate import Way
from ringfence.egress.target import target_of
from ringfence.voice.telephony.ports import CarrierFailed

DEFAULT_BASE_URL: Final = "https://api.twilio.com"
TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Credentials at the carrier. `base_url` is another's for tests and for regions."""

    sid: str
    token: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL


class Rest:
    """A client for one account. Calls block; a wire uses them in a thread."""

    def __init__(self, account: Account, way: Way) -> None:
        try:
            target_of(account.base_url)
        except BadTarget as error:
            raise CarrierFailed("The carrier's address must begin with https://.") from error
        self._client = blocking_client(
            way,
            base_url=f"{account.base_url}/2010-04-01/Accounts/{account.sid}",
            auth=(account.sid, account.token),
            timeout=TIMEOUT_S,
        )

    def place(self, *, to: str, from_: str, twiml: str, status_callback: str | None = None) -> str:
        """Place a call that runs `twiml` when answered; its id at the carrier."""
        fields = {"To": to, "From": from_, "Twiml": twiml}
        if status_callback:
            fields |= {"StatusCallback": status_callback, "StatusCallbackEvent": "completed"}
        return str(self._post("/Calls.json", fields)["sid"])

    def redirect(self, call_sid: str, twiml: str) -> None:
        """Have a live call run other instructions: a transfer."""
        self._post(f"/Calls/{call_sid}.json", {"Twiml": twiml})

    def hang_up(self, call_sid: str) -> None:
        self._post(f"/Calls/{call_sid}.json", {"Status": "completed"})

    def numbers(self) -> list[str]:
        """The account's own numbers, E.164: also the way to try its credentials."""
        answer = self._send("GET", "/IncomingPhoneNumbers.json?PageSize=100", None)
        return [str(each["phone_number"]) for each in answer.get("incoming_phone_numbers", [])]

    def close(self) -> None:
        self._client.close()

    def _post(self, path: str, fields: dict[str, str]) -> dict[str, list[dict[str, object]]]:
        return self._send("POST", path, fields)

    def _send(
        self, method: str, path: str, fields: dict[str, str] | None
    ) -> dict[str, list[dict[str, object]]]:
        try:
            answer = self._client.request(method, path, data=fields)
        except NoWay as error:
            raise CarrierFailed("The carrier cannot be reached. Try again in a moment.") from error
        except Refused as error:
            raise CarrierFailed(f"The carrier was given nothing. {error}") from error
        except httpx.HTTPError as error:
            raise CarrierFailed("The carrier cannot be reached. Try again in a moment.") from error
        if answer.status_code in {401, 403}:
            raise CarrierFailed(
                "The carrier does not accept the account SID and auth token of this connection."
            )
        if not answer.is_success:
            raise CarrierFailed(f"The carrier refused with status {answer.status_code}.")
        try:
            found: dict[str, list[dict[str, object]]] = answer.json()
        except ValueError as error:
            raise CarrierFailed("The carrier's answer was not JSON.") from error
        return found
