"""What an identity provider says of somebody is believed for its signature, by a key that the provider publishes.

OpenID Connect leaves the signature out where the token came straight from the provider over TLS (Core 1.0, section 3.1.3.7),
and so does the library. Here it is always looked at, and the token itself does not choose how: only signatures of a key
pair count, never "none", nor a MAC that whoever knows the public key or the client's secret can make (RFC 8725, section 3.1).
"""

from datetime import timedelta
from typing import Any, Final

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
NAMED: Final = ["iss", "sub", "aud", "exp", "iat"]
CLOCKS_APART: Final = timedelta(minutes=1)


class Believing(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The library's way, held to signatures."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Raises OAuth2Error unless a signed token names the very person of whom the rest is said (section 5.3.2)."""
        login = super().complete_login(request, app, token, **kwargs)
        said = login.account.extra_data
        named, told = said.get("id_token"), said.get("userinfo")
        if not named or (told is not None and told.get("sub") != named.get("sub")):
            raise OAuth2Error("The provider did not sign whom it means.")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """What the token says. Raises OAuth2Error."""
        try:
            said: dict[str, Any] = jwt.decode(
                id_token, self._key_of(id_token), algorithms=ALGORITHMS, issuer=self.openid_config["issuer"],
                audience=app.client_id, leeway=CLOCKS_APART, options={"require": NAMED},
            )  # fmt: skip
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
            raise OAuth2Error("No key of the provider's fits the token, or its time is over.") from error
        jwtkit.verify_jti(said)
        return said

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        """The published key that the token names; with no name, the only one there is (Core 1.0, section 10.1)."""
        named = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as asking:
            answer = asking.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        published = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [
            each for each in published if each.public_key_use != "enc" and named in {None, each.key_id}
        ]
        if len(fitting) != 1:
            raise OAuth2Error("The provider publishes no such key.")
        return fitting[0]
