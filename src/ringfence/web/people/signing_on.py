"""Single sign-on: an account's own identity provider, for the addresses it may vouch for, into that account and no other."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Nobody is made by an identity provider's word."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
