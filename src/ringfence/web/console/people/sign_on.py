"""Coming in through one's company: from the address to its identity provider, and there."""

from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.people import signon
from ringfence.apps.people.errors import NoSuchSignOn
from ringfence.web.console.signin import safe
from ringfence.web.people.vouching import Believing
from ringfence.web.viewer import anyone

GONE: Final = "This single sign-on is no longer there."
AWAY: Final = "Your company's sign-in cannot be reached at the moment. Try again in a few minutes."


@require_http_methods(["GET", "POST"])
@anyone
def begin(request: HttpRequest) -> HttpResponse:
    """Which identity provider vouches for an address."""
    target = safe(request, request.POST.get("next") or request.GET.get("next"))
    email = request.POST.get("email", "")
    context: dict[str, object] = {"next": target, "email": email}
    if request.method == "GET":
        return render(request, "socialaccount/begin.html", context)
    found = signon.of_address(email)
    if not found:
        context["error"] = (
            "No account here lets people of this address in through their company. Ask your account's owner."
        )
        return render(request, "socialaccount/begin.html", context, status=400)
    context["found"] = found
    return render(request, "socialaccount/begin.html", context)


@require_POST
@anyone
def go(request: HttpRequest, sign_on_id: UUID) -> HttpResponse:
    """On to the provider. By a page, not by a redirect: a form of ours leads to pages of ours alone."""
    target = safe(request, request.POST.get("next"))
    extra = {"prompt": "login", "max_age": "0"} if request.POST.get("anew") else {}
    try:
        provider: Any = get_adapter().get_provider(request, signon.name_of(sign_on_id))
        answer = provider.redirect(request, AuthProcess.LOGIN, next_url=target, auth_params=extra)
    except (SocialApp.DoesNotExist, NoSuchSignOn):
        raise NoSuchSignOn(GONE) from None
    except (requests.RequestException, KeyError, ValueError):
        return render(request, "socialaccount/refused.html", {"why": AWAY}, status=502)
    url = answer.headers.get("Location", "")
    return render(request, "socialaccount/going.html", {"url": url, "host": urlsplit(url).hostname})


@require_GET
@anyone
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What the provider says of who was there."""
    try:
        view = OAuth2CallbackView.adapter_view(Believing(request, provider_id))
        answer: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise NoSuchSignOn(GONE) from None
    except (requests.RequestException, KeyError):
        return render(request, "socialaccount/refused.html", {"why": AWAY}, status=502)
    return answer
