"""Whether an e-mail address was shown to be its person's: by a link that was mailed there, and by nothing else."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from ringfence.apps.accounts.errors import AlreadyMember
from ringfence.apps.accounts.models import User


def is_proven(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user_id=user.pk, email=user.email, verified=True).exists())


def prove(user: User) -> None:
    """Somebody has just shown that they read this person's mail."""
    rows = EmailAddress.objects.filter(user_id=user.pk)
    if not rows.update(email=user.email, verified=True, primary=True):
        EmailAddress.objects.create(user_id=user.pk, email=user.email, verified=True, primary=True)


def move(user: User, address: str) -> None:
    """Give a person another address, which was shown to be theirs. Raises AlreadyMember where somebody has it."""
    try:
        with transaction.atomic():
            User.objects.filter(id=user.id).update(email=address)
            user.email = address
            prove(user)
    except IntegrityError:
        raise AlreadyMember("Somebody signs in with this address already. Sign in with it instead.") from None
