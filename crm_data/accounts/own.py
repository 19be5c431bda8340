"""What a person does with their own account: the password, name, telephone and time zone."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from crm_data.accounts import passwords
from crm_data.accounts.links import set_password
from crm_data.accounts.people import parsed
from crm_data.accounts.sessions import Signed
from crm_data.accounts.sign_in import prove, still
from crm_data.accounts.throttle import succeeded
from crm_data.errors import Invalid, NotSignedIn
from crm_data.store.changes import Doing
from crm_data.store.one_row import demand_seen
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.writer import amend
from crm_data.store.zones import zone_called
from crm_data.tables import Membership, User
from crm_data.tables.fields import Field, fields_of

OWN = ("first_name", "last_name", "phone", "time_zone")


def change_password(store: Store, signed: Signed, current: str, new: str, address: str) -> None:
    """Set a new password after the old one was proved; every other session of the person ends.

    Raises Invalid, also for a wrong old password, and Throttled: guesses here are counted with those at sign-in.
    """
    email = signed.account.email
    passwords.judged(new, email)
    if new == current:
        raise Invalid("The new password is the old one. Choose another.", "password")
    try:
        proved = prove(store, email, current, address)
        kept = passwords.hashed(new)
        with store.system("a person changes their password") as session:
            user = still(session, proved)
            set_password(session, user, kept, keep=signed.session_id)
            succeeded(session, proved.attempt_id)
            note(session, "password_changed", user.id, signed.scope.company_id)
    except NotSignedIn:
        raise Invalid(
            "The old password is not right. Nothing was changed; type it again.", "current"
        ) from None


def prove_oneself(store: Store, user_id: int, password: str, address: str) -> None:
    """Ask who is signed in for their password once more, before what cannot be undone.

    Raises Invalid for a wrong one, and Throttled: guesses here are counted with those at sign-in.
    """
    with store.system("who is signed in proves it once more", write=False) as session:
        email = session.get_one(User, user_id).email
    try:
        proved = prove(store, email, password, address)
        with store.system("a password was proved once more") as session:
            still(session, proved)
            succeeded(session, proved.attempt_id)
    except NotSignedIn:
        raise Invalid("The password is not right. Nothing was changed; type it again.", "password") from None


def profile_fields() -> Mapping[str, Field]:
    """What a person may change of their own account, by column name."""
    return {name: field for name, field in fields_of(User).items() if name in OWN}


def profile(store: Store, signed: Signed) -> dict[str, Any]:
    """What stands there now: {field: value}."""
    with store.system("a person looks at their own account", write=False) as session:
        user = session.get_one(User, signed.account.id)
        return {name: getattr(user, name) for name in OWN}


def change_profile(store: Store, signed: Signed, changed: Mapping[str, tuple[Any, Any]]) -> None:
    """Save {field: (seen, new)} of one's own account; every company that one works in has it in its log.

    Raises Invalid, Conflict; nothing is saved then.
    """
    if not set(changed) <= set(OWN):
        raise Invalid("This cannot be changed here.")
    new = parsed(User, {name: pair[1] for name, pair in changed.items()})
    if new.get("time_zone"):
        new["time_zone"] = zone_called(new["time_zone"])
    with store.system("a person changes their own account") as session:
        user = session.get_one(User, signed.account.id, with_for_update=True)
        demand_seen(user, changed, new)
        places = sa.select(Membership.company_id).where(
            Membership.user_id == user.id, Membership.ended_at.is_(None)
        )
        here = session.scalars(places.order_by(Membership.company_id)).all()
        before = amend(session, Doing(user.id, kind="profile"), user, new, here, user.full_name)
        if not before:
            return
        note(session, "profile_changed", user.id, signed.scope.company_id, fields=sorted(before))
