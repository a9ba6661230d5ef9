"""The API's address."""

from django.urls import path

from ringfence.web.api.v1 import api

urlpatterns = [path("", api.urls)]
