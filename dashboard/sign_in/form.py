"""The sign-in form: drawn here, with our own judgement behind streamlit-authenticator's controller."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel

from crm_data.errors import CrmError

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


class SignInForm:
    """The form. It is drawn here, and judged by the library's controller.

    The library's own form has a grey button, tells browsers not to fill it in, and keeps a cookie that scripts can
    read and nobody can revoke.
    """

    def __init__(self, judge: Judge) -> None:
        for name in _LEFT_BEHIND:
            st.session_state.pop(name, None)
        self._controller = _Controller(judge)

    def draw(self) -> tuple[str | None, str | None]:
        """Show it. Returns the ticket of somebody who is in, or the sentence of a refusal, or neither."""
        with st.form("sign_in"):
            st.subheader("Sign in", anchor=False)
            email = st.text_input("E-mail", autocomplete="username")
            password = st.text_input("Password", type="password", autocomplete="current-password")
            if st.form_submit_button("Sign in", type="primary"):
                self._controller.login(email, password)
        model = self._controller.authentication_model
        return model.ticket, model.refusal
