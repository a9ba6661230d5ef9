"""Where a database may be: here, or behind a certificate that is checked."""

from pathlib import Path

import pytest

from ringfence.boot.database_address import DatabaseInTheClear, check
from ringfence.boot.environment import read

PASSWORD = "a-database-password"
AWAY = f"postgresql://rf_web:{PASSWORD}@db.example.org/ringfence"


def taken(url: str, **env: str) -> bool:
    said = ""
    try:
        check("DATABASE_URL", url, env)
    except DatabaseInTheClear as refused:
        said = str(refused)
    assert PASSWORD not in said
    return not said


@pytest.mark.parametrize(
    "url",
    ["postgresql://rf_web@/ringfence?host=/var/run/postgresql", "postgresql://rf_web@/ringfence", "host=/tmp dbname=x",
     "postgresql://rf_web@localhost/ringfence", "postgresql://rf_web@127.0.0.1:6432/ringfence", "postgresql://rf_web@[::1]/ringfence",
     "postgresql://rf_web@127.0.0.9,localhost/ringfence", "host=@abstract dbname=x",
     "postgresql://db.example.org/ringfence?hostaddr=127.0.0.1"],
)  # fmt: skip
def test_on_this_machine_nothing_more_is_asked(url: str) -> None:
    assert taken(url)


@pytest.mark.parametrize(
    "mode",
    [
        "",
        "?sslmode=disable",
        "?sslmode=prefer",
        "?sslmode=require",
        "?sslmode=verify-ca",
        "?sslrootcert=/ca.pem",
    ],
)
def test_elsewhere_who_answers_is_checked_or_nothing_starts(mode: str) -> None:
    assert not taken(AWAY + mode)


@pytest.mark.parametrize(
    "more",
    [
        "",
        "&sslrootcert=/ca.pem",
        "&sslrootcert=system",
        "&ssl_min_protocol_version=TLSv1.3",
        "&gssencmode=disable",
    ],
)
def test_elsewhere_with_everything_checked(more: str) -> None:
    assert taken(AWAY + "?sslmode=verify-full" + more)


@pytest.mark.parametrize(
    "url",
    ["postgresql://rf_web@localhost,db.example.org/x", "postgresql://rf_web@192.0.2.7/x", "host=10.0.0.5 dbname=x",
     "postgresql://localhost/x?hostaddr=192.0.2.7", "postgresql://localhost/x?host=db.example.org", "host='localhost' host=db.example.org",
     "postgresql://127.0.0.1.example.org/x", "postgresql://localhost.example.org/x", "postgresql://[fe80::1]/x", "postgresql://0.0.0.0/x",
     "postgresql:///x?host=/tmp,db.example.org", "postgresql://localhost,b/x?hostaddr=127.0.0.1,192.0.2.7"],
)  # fmt: skip
def test_one_server_elsewhere_is_enough(url: str) -> None:
    assert not taken(url)


@pytest.mark.parametrize(
    "more", ["&ssl_min_protocol_version=TLSv1", "&ssl_min_protocol_version=TLSv1.1", "&gssencmode=prefer"]
)
def test_what_would_weaken_it_again(more: str) -> None:
    assert not taken(AWAY + "?sslmode=verify-full" + more)


def test_libpqs_own_variables_count_where_the_address_is_silent() -> None:
    assert not taken("postgresql:///ringfence", PGHOST="db.example.org")
    assert not taken("postgresql://localhost/ringfence", PGHOSTADDR="192.0.2.7")
    assert not taken("postgresql:///ringfence?service=elsewhere")
    assert not taken("postgresql:///ringfence", PGSERVICE="elsewhere")
    assert not taken(AWAY, PGSSLMODE="verify-full")  # another program's start might not have it


@pytest.mark.parametrize(
    "url", ["db.example.org", "https://db.example.org", "postgresql://db:port/x", "postgresql://x?nonsense=1"]
)
def test_what_is_no_address_is_said_without_it(url: str) -> None:
    assert not taken(url)


@pytest.mark.parametrize("name", ["DATABASE_URL", "AUDIT_DATABASE_URL", "BILLING_DATABASE_URL"])
def test_a_process_does_not_start_over_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatabaseInTheClear, match=f"^{name} .*verify-full"):
        read({"RINGFENCE_DATA": str(tmp_path / "data"), name: AWAY}, login="worker")
