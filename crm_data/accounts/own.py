"""What a person does with their own account, and the operator with anybody's."""

from crm_data.accounts import passwords
from crm_data.accounts.links import set_password
from crm_data.accounts.people import Actor, find_user
from crm_data.accounts.sessions import Signed, end_all
from crm_data.accounts.sign_in import prove
from crm_data.accounts.throttle import succeeded
from crm_data.errors import Invalid, NotFound, NotSignedIn
from crm_data.rights import Act, Person, demand
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import User


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
    except NotSignedIn:
        raise Invalid(
            "The old password is not right. Nothing was changed; type it again.", "current"
        ) from None
    kept = passwords.hashed(new)
    with store.system("a person changes their password") as session:
        succeeded(session, proved.attempt_id)
        set_password(session, session.get_one(User, proved.user_id), kept, keep=signed.session_id)
        note(session, "password_changed", proved.user_id, signed.scope.company_id)


def set_active(store: Store, actor: Actor, email: str, active: bool) -> None:
    """Let a person sign in, or no longer; their sessions end at once. For the operator. Raises NotFound."""
    demand(Person(actor.role, actor.operator), Act.COMPANIES)
    with store.system("the operator lets a person in or out") as session:
        user = find_user(session, email)
        if user is None:
            raise NotFound("Nobody with this e-mail is known here. Check its spelling.")
        if user.id == actor.user_id and not active:
            raise Invalid("You cannot shut yourself out. Ask another operator.")
        user.is_active = active
        if not active:
            end_all(session, user.id)
        note(session, "activated" if active else "deactivated", actor.user_id, of=user.id)
