"""The addresses of the operator's console. None of them leads into an account as one of its members (guard.staff)."""

from typing import Final

from django.urls import URLPattern, path

from ringfence.web.operator import access, accounts, house, requests

_REQUEST: Final = "operator/requests/<uuid:account_id>/<uuid:request_id>/"
_ACCESS: Final = "operator/access/<uuid:account_id>/<uuid:ask_id>/"
_ACCOUNT: Final = "operator/accounts/<uuid:account_id>/"

urlpatterns: Final[list[URLPattern]] = [
    path("operator/", requests.index, name="operator"),
    path(_REQUEST, requests.show, name="operator-request"),
    path(f"{_REQUEST}answer/", requests.answer, name="operator-answer"),
    path(f"{_REQUEST}ask/", requests.ask, name="operator-ask"),
    path(_ACCESS, access.show, name="operator-access"),
    path(f"{_ACCESS}back/", access.give_back, name="operator-give-back"),
    path(f"{_ACCESS}<uuid:call_id>/", access.call, name="operator-call"),
    path(f"{_ACCESS}<uuid:call_id>/recording", access.recording, name="operator-recording"),
    path("operator/accounts/", accounts.index, name="operator-accounts"),
    path(_ACCOUNT, accounts.show, name="operator-account"),
    path(f"{_ACCOUNT}glass/", accounts.ask, name="operator-glass"),
    path(f"{_ACCOUNT}glass/<uuid:glass_id>/", accounts.confirm, name="operator-confirm-glass"),
    path("operator/abuse/", accounts.abuse, name="operator-abuse"),
    path("operator/health/", house.health, name="operator-health"),
    path("operator/analytics/", house.analytics, name="operator-analytics"),
    path("operator/staff/", house.staff, name="operator-staff"),
]
