"""Fixtures that every folder of tests may ask for. Django knows its apps; nothing else starts before a test asks."""

import os
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.db import connections

from ringfence.core.clock import ManualClock
from tests.support import database as support


def close_console() -> None:
    """The operator's console has connections of its own."""
    from ringfence.web.operator.rows import close

    close()


os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - tests stand in for boot
django.setup()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Database]:
    """A migrated database, with Django pointed at it as rf_web. Make accounts of your own; rows of others stay."""
    folder: Path = tmp_path_factory.mktemp("ringfence")
    with support.running_server() as server:
        with server.superuser() as admin:
            admin.execute(f"CREATE DATABASE {support.TEMPLATE}")
        template = support.Database(support.TEMPLATE, server.sockets, server.passwords)
        support.hand_over(template)
        support.configure(template, folder)
        support.migrate(template)
        connections.close_all()
        serving = template.clone("ringfence_test")
        support.point_at(serving)
        yield serving
        close_console()
        connections.close_all()
