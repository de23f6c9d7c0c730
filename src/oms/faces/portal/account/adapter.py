"""allauth's account adapter: its stages, our rules; nothing of its own mail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from oms.domain.accounts.identifiers import find_user, recognize
from oms.domain.accounts.models import User
from oms.faces.portal.account.requests import blocked
from oms.faces.portal.account.sign_in import entered


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Leaves allauth the stages of a sign-in; contacts are confirmed before an account exists."""

    def get_login_stages(self) -> list[str]:
        """After the password, or a provider's word, only the second factor."""
        return ["oms.faces.portal.account.outside_entry.SecondStep"]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note the session and the browser once all stages are passed."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        entered(request, response, user)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say why the account is closed."""
        return blocked(request, user)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Registration is our own."""
        return False

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The phone and whether it is confirmed."""
        return (user.phone, user.phone_confirmed_at is not None) if user.phone else None

    def get_user_by_phone(self, phone: str) -> User | None:
        """The account with this phone."""
        return find_user(recognize(phone))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages have their own words."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Never called: letters are written in `letters`."""
        raise NotImplementedError(template_prefix)
