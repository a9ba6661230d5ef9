"""What is kept of people beside their name: sessions, invitations, sign-ups under way, mails that wait, and counts.

Sessions, sign-ups, mails and counts stand outside accounts, as people do. What an account says of itself is fenced.
"""

from django.db import models

from ringfence.apps.accounts.models import Role, User
from ringfence.apps.keys.marks import Marked
from ringfence.apps.rows.base import Row, TenantRow


class Session(Marked, Row):
    """That somebody is signed in. The browser's cookie names Django's session, which names this row.

    `method` is the strongest that they showed in it; `through` is the single sign-on that vouched for them, and bounds where they may go.
    """

    COVERED = ("id", "user_id", "method", "through", "began_at", "proved_at", "ended_at")
    METHODS = [
        ("link", "One-time link"), ("password", "Password"), ("passkey", "Passkey"), ("totp", "Code of an app"),
        ("recovery", "Recovery code"), ("sign_on", "Single sign-on"),
    ]  # fmt: skip

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=12, choices=METHODS)
    through = models.UUIDField(null=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    proved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Place(Marked, Row):
    """A browser and a network from which a session was used. `vouched_at` is null until its person proved who they are there."""

    COVERED = ("id", "session_id", "browser", "network", "vouched_at")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="places")
    browser = models.CharField(max_length=80)
    address = models.CharField(max_length=45)
    network = models.CharField(max_length=49)
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    vouched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "browser", "network"], name="people_place_once")
        ]


class Profile(models.Model):
    """What a person says of themselves beside name and address."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    timezone = models.CharField(max_length=64, default="UTC")


class SignUp(Row):
    """Somebody who wants an account and has not shown yet that the e-mail address is theirs. Nothing else exists of them."""

    token_mark = models.BinaryField(max_length=32, unique=True)
    said_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class Errand(Marked, Row):
    """A single-use link to a person's address: to set a new password, or to change the address. The link itself is not stored."""

    COVERED = ("id", "user_id", "kind", "token_mark", "said_sealed", "expires_at", "used_at")
    KINDS = [("password", "New password"), ("address", "New address")]

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=KINDS)
    token_mark = models.BinaryField(max_length=32, unique=True)
    said_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Mail(Row):
    """A mail that waits to be sent; gone when it was. Without a mail server it waits where the operator can read it."""

    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()


class Count(models.Model):
    """How often something was tried lately: rate limits that hold over all processes. The key is a keyed hash."""

    key = models.BinaryField(max_length=32, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField()


class Details(TenantRow):
    """What a company says of itself when it opens an account: telephone number and what an invoice needs, sealed."""

    said_sealed = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id"], name="people_details_once")]


class Rules(TenantRow):
    """What an account asks of those who come in: after how many idle minutes they are signed out, and a second factor."""

    idle_minutes = models.PositiveSmallIntegerField()
    second_factor = models.BooleanField(db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id"], name="people_rules_once")]


class FailedDay(TenantRow):
    """How often signing in as somebody of an account failed on one UTC day, and when last: by nobody, as nobody in particular."""

    day = models.DateField()
    times = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "day"], name="people_failed_once")]


class SignOn(Marked, TenantRow):
    """An account's own identity provider (OpenID Connect). `domains` are those of the addresses it may vouch for."""

    COVERED = ("id", "account_id", "issuer", "client_id", "secret_sealed", "domains", "enforced")

    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=200)
    secret_sealed = models.BinaryField()
    domains = models.JSONField()
    enforced = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id"], name="people_signon_once")]


class Identity(Marked, Row):
    """Who a person is to an account's identity provider. `subject` is a keyed hash of the provider and its name for them.

    The sign-in library keeps such a row, too; it is not asked, since whoever writes it would be whom they like.
    """

    COVERED = ("id", "user_id", "sign_on", "subject")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sign_on = models.UUIDField()
    subject = models.BinaryField(max_length=32, unique=True)


class Invitation(Marked, TenantRow):
    """That an account asks somebody in. The link itself is not stored; it works once, and until `expires_at`."""

    COVERED = (
        "id", "account_id", "email", "role", "token_mark", "invited_by", "mailed", "expires_at", "accepted_at", "revoked_at",
    )  # fmt: skip

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=Role)
    token_mark = models.BinaryField(max_length=32)
    invited_by = models.UUIDField(null=True)
    mailed = models.BooleanField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "created_at"], name="people_invitation_list")]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "token_mark"], name="people_invitation_once")
        ]
