"""What the door says: of each door one sentence for every refusal, so that it tells nobody who is here."""

from django.conf import settings

from core.models import SignIn, User

NO_ENTRY = "That did not work. Check the name and the password, and try again."
NO_CODE = "That code did not work. A code of the app is good for about a minute, and once."
NO_PASSKEY = "That passkey did not work. Try another, or use your password."
TOO_MANY = "Too many tries. Wait five minutes."


def refusal(method: str) -> str:
    """Return what to say to whom this method did not let in."""
    said: dict[str, str] = {
        SignIn.Method.PASSKEY: NO_PASSKEY,
        SignIn.Method.OIDC: f"{settings.OIDC_NAME} knows you, but nobody here who may come in has "
        "the address that it vouches for. Ask an Administrator.",
    }
    return said.get(method, NO_ENTRY)


def name_of(user: User) -> str:
    """Return how a person is called on these pages."""
    return user.display_name
