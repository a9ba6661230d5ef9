"""Sign-in links: signed, short-lived, and void after the first use."""

from ringfence.apps.accounts.models import User


def sign_in_token(user: User) -> str:
    """A token for `user`; lives as long as SESAME_MAX_AGE says, and dies when they sign in."""
    from sesame.utils import get_token

    token: str = get_token(user)
    return token


def user_of_token(token: str) -> User | None:
    """Whose token this is; None if it is nobody's, too old, or used. Sign the user in next: that uses it up."""
    from sesame.utils import get_user

    user = get_user(token, update_last_login=False)
    return user if isinstance(user, User) else None
