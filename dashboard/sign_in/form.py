"""streamlit-authenticator's sign-in form, with our own judgement behind it and without its cookies."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel
from streamlit_authenticator.views import Authenticate

from crm_data.errors import CrmError

LABELS = {"Form name": "Sign in", "Username": "E-mail", "Password": "Password", "Login": "Sign in"}
_LEFT_BEHIND = ("name", "authentication_status", "username", "email", "roles", "logout", "password_hint")

# e-mail and password as typed -> the ticket that opens a session. Raises a CrmError.
Judge = Callable[[str, str], str]


class _Model(AuthenticationModel):  # type: ignore[misc]
    """Asks the judge, and knows one person only: the one who has just proved to be there."""

    def __init__(self, judge: Judge) -> None:
        super().__init__({"usernames": {}}, auto_hash=False, secret_key="signs nothing")
        self.judge = judge
        self.ticket: str | None = None
        self.refusal: str | None = None

    def check_credentials(self, username: str, password: str) -> bool:
        """Whether the judge lets them in."""
        try:
            self.ticket = self.judge(username, password)
        except CrmError as refused:
            self.refusal = str(refused)
            return False
        self.credentials["usernames"] = {username: {"email": username, "password": "", "roles": None}}
        return True


class _Controller(AuthenticationController):  # type: ignore[misc]
    """Passes on what was typed: the library's own would strip the spaces off a password."""

    def __init__(self, judge: Judge) -> None:
        super().__init__({"usernames": {}}, auto_hash=False, secret_key="signs nothing")
        self.authentication_model = _Model(judge)

    def login(self, username: str = "", password: str = "", *args: Any, **kw: Any) -> bool | None:
        """True when the person is in, False when refused, None when nothing was typed."""
        if not username or not password:
            self.authentication_model.refusal = "Fill in your e-mail and your password."
            return None
        found: bool | None = self.authentication_model.login(username, password)
        return found


class _NoCookies:
    """Stands where the library keeps its cookie, which scripts can read and nobody can revoke."""

    def get_cookie(self) -> None:
        """There is none."""

    def set_cookie(self) -> None:
        """None is set."""

    def delete_cookie(self) -> None:
        """There is none to delete."""


class SignInForm(Authenticate):  # type: ignore[misc]
    """The form. Its parent's own beginning would draw a cookie manager, so it is not called."""

    def __init__(self, judge: Judge) -> None:
        for name in _LEFT_BEHIND:
            st.session_state.pop(name, None)
        self.path = None
        self.api_key = None
        self.attrs = {"login_sleep_time": 0}
        self.cookie_controller = _NoCookies()
        self.authentication_controller = _Controller(judge)

    def draw(self) -> tuple[str | None, str | None]:
        """Show it. Returns the ticket of somebody who is in, or the sentence of a refusal, or neither."""
        self.login(location="main", fields=LABELS, key="sign_in")
        model = self.authentication_controller.authentication_model
        return model.ticket, model.refusal
