"""One company and a person of another: every kind of link, with everything that can happen before it is used.

One rule says what is expected: a link works if whoever made it could make it anew at that moment, and nothing
has ended it. What can happen is found in the code: every verb of the accounts is among the changes, or is named as
one that changes nobody.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_data.accounts.links import Links
from crm_data.accounts.members import Members
from crm_data.accounts.onetime import LinkSpent
from crm_data.accounts.operator import People
from crm_data.accounts.people import SYSTEM
from crm_data.accounts.sessions import Sessions
from crm_data.errors import Invalid, NotSignedIn
from crm_data.installation import Installation
from crm_data.tables import Membership, User
from crm_data.tables.security import LinkKind
from tests.accounts.conftest import HERE, PASSWORD, House

OURS, NEW = "chosen by the other company", "another dozen words"
MAKER, TARGET, OTHER = "admin", "manager", "sales_rep"  # of Alpha; `OTHER` becomes a second admin there
FRESH = "fresh@alpha.example"  # nobody has this e-mail yet


@dataclass
class Scene:
    """A house in which Alpha has two admins, and one link was made. `token` is the link's, or a ticket."""

    house: House
    email: str = ""
    token: str = ""
    old: str = PASSWORD
    use: Callable[["Scene"], object] = lambda scene: None

    @property
    def alpha(self) -> Members:
        """Alpha's members, for the admin who made no link."""
        scope = replace(self.house.office.scope(0, "admin"), user_id=self.house.user(OTHER))
        return Members(self.house.store, scope)

    @property
    def omega(self) -> Members:
        return Members(self.house.store, self.house.office.scope(1, "admin"))

    @property
    def target(self) -> int:
        return self.house.user(TARGET)


# --- the kinds of link: how one is made, and how it is used


@dataclass(frozen=True)
class Kind:
    """`make` and `use` it; `vouches`: who made it, 'alpha' (its admin), 'operator', or 'self' by signing in."""

    of: LinkKind
    vouches: str
    make: Callable[[Scene], str]
    use: Callable[[Scene], object]
    email: str


def _maker(scene: Scene) -> Members:
    return Members(scene.house.store, scene.house.office.scope(0, MAKER))


def _reset(scene: Scene) -> object:
    return scene.house.installation.links.redeem_reset(scene.token, OURS)


def _join_known(scene: Scene) -> object:
    return scene.house.installation.links.redeem_invite(scene.token, NEW, HERE, old=scene.old)


def _join_new(scene: Scene) -> object:
    return scene.house.installation.links.redeem_invite(scene.token, OURS, HERE, "Fresh", "One")


def _open(scene: Scene) -> object:
    token = scene.house.installation.sessions.open(scene.token)
    if scene.house.installation.sessions.resolve(token) is None:
        raise LinkSpent
    return token


def _invite_former(scene: Scene) -> str:
    scene.alpha.end(scene.target, close=True)
    return _maker(scene).invite(scene.email, "manager")


KINDS = {
    "a company's reset link": Kind(
        LinkKind.RESET, "alpha", lambda s: _maker(s).reset_link(s.target), _reset, "manager@alpha.example"
    ),
    "the command line's reset link": Kind(
        LinkKind.RESET, "operator", lambda s: s.house.installation.links.reset(SYSTEM, s.email), _reset,
        "manager@alpha.example",
    ),
    "an invitation of somebody new": Kind(
        LinkKind.INVITE, "alpha", lambda s: _maker(s).invite(FRESH, "manager"), _join_new, FRESH
    ),
    "an invitation of a former member": Kind(
        LinkKind.INVITE, "alpha", _invite_former, _join_known, "manager@alpha.example"
    ),
    "an invitation of somebody of another company": Kind(
        LinkKind.INVITE, "alpha", lambda s: _maker(s).invite(s.email, "manager"), _join_known, "user@omega.example"
    ),
    "a ticket": Kind(
        LinkKind.TICKET, "self", lambda s: s.house.installation.sign_in(s.email, PASSWORD, HERE), _open,
        "manager@alpha.example",
    ),
}  # fmt: skip


# --- what can happen between making and using


def _shut(role: str) -> Callable[[Scene], object]:
    return lambda s: s.house.installation.people.set_active(SYSTEM, s.house.email(role), False)


def _let_in(role: str) -> Callable[[Scene], object]:
    return lambda s: s.house.installation.people.set_active(SYSTEM, s.house.email(role), True)


def _joins_omega(role: str) -> Callable[[Scene], object]:
    def act(scene: Scene) -> None:
        token = scene.omega.invite(scene.email, role)
        links = scene.house.installation.links
        if scene.email == FRESH:
            links.redeem_invite(token, NEW, HERE, "The", "Person")
        else:
            links.redeem_invite(token, NEW + " 1", HERE, old=PASSWORD)
            scene.old = NEW + " 1"

    return act


def _and(*acts: Callable[[Scene], object]) -> Callable[[Scene], object]:
    def act(scene: Scene) -> None:
        for one in acts:
            one(scene)

    return act


def _leaves_omega(scene: Scene) -> None:
    scene.omega.end(_id(scene), close=True)


def _back_in_omega(scene: Scene) -> None:
    scene.omega.bring_back(_id(scene))


def _id(scene: Scene) -> int:
    with scene.house.store.system("a test", write=False) as session:
        return session.scalars(sa.select(User.id).where(User.email == scene.email)).one()


def _operator(scene: Scene) -> None:
    """As the rule asks it: whoever becomes one has used a link of the operator's first."""
    scene.house.change(User, User.email == scene.email, is_verified=True)
    scene.house.installation.people.set_operator(SYSTEM, scene.email, True)


def _changes_password(scene: Scene) -> None:
    token = scene.house.sign_in(TARGET)
    scene.house.installation.change_password(scene.house.signed(token), PASSWORD, NEW + " 2", HERE)
    scene.old = NEW + " 2"


def _suspended(scene: Scene) -> None:
    scene.house.installation.companies.change(
        SYSTEM, scene.house.office.companies[0], {"status": ("active", "suspended")}
    )


def _open_again(scene: Scene) -> None:
    scene.house.installation.companies.change(
        SYSTEM, scene.house.office.companies[0], {"status": ("suspended", "active")}
    )


def _another_by_the_operator(scene: Scene) -> None:
    scene.house.installation.links.reset(SYSTEM, scene.email)


def _another_by_alpha(scene: Scene) -> None:
    scene.alpha.invite(scene.email, "user")


def _demoted(scene: Scene) -> None:
    scene.alpha.change_role(scene.house.user(MAKER), "manager")


def _maker_left(scene: Scene) -> None:
    scene.alpha.end(scene.house.user(MAKER), close=True)


def _ends_target(scene: Scene) -> None:
    scene.alpha.end(scene.target, close=True)


def _brings_target_back(scene: Scene) -> None:
    scene.alpha.bring_back(scene.target)


def _profile(scene: Scene) -> None:
    me = scene.house.signed(scene.house.sign_in(TARGET))
    scene.house.installation.change_profile(me, {"first_name": ("Alpha", "Alf")})


@dataclass(frozen=True)
class Change:
    """`ends`: the vouchers ('alpha', 'operator', 'self') and kinds for which a link is then worth nothing.

    `needs`: what makes the change possible, as `possible` reads it; '' for whomever the link is for.
    """

    act: Callable[[Scene], object]
    ends: Callable[[Kind], bool]
    needs: str = ""


def _company(kind: Kind) -> bool:
    return kind.vouches == "alpha"


def _company_reset(kind: Kind) -> bool:
    return _company(kind) and kind.of is LinkKind.RESET


def _never(kind: Kind) -> bool:
    return False


def _always(kind: Kind) -> bool:
    return True


def _not_invite(kind: Kind) -> bool:
    return kind.of is not LinkKind.INVITE


def _at_alpha(kind: Kind) -> bool:
    return _company(kind) or kind.of is LinkKind.TICKET


def _of(kind_: LinkKind) -> Callable[[Kind], bool]:
    return lambda kind: kind.of is kind_


CHANGES = {
    "nothing": Change(lambda s: None, _never),
    "used by another": Change(lambda s: s.use(s), _always),
    "its maker is demoted": Change(_demoted, _company),
    "its maker is demoted and promoted": Change(
        _and(_demoted, lambda s: s.alpha.change_role(s.house.user(MAKER), "admin")), _never
    ),
    "its maker leaves": Change(_maker_left, _company),
    "its maker leaves and comes back": Change(
        _and(_maker_left, lambda s: s.alpha.bring_back(s.house.user(MAKER))), _company
    ),
    "its maker is shut out": Change(_shut(MAKER), _company),
    "its maker is shut out and let in": Change(_and(_shut(MAKER), _let_in(MAKER)), _company),
    "the company is suspended": Change(_suspended, _at_alpha),
    "the company is suspended and open again": Change(_and(_suspended, _open_again), _never),
    "a newer one is made by the operator": Change(_another_by_the_operator, _of(LinkKind.RESET), "active"),
    "a newer invitation is made": Change(_another_by_alpha, _of(LinkKind.INVITE), "outside"),
    "the invitation is withdrawn": Change(lambda s: s.alpha.withdraw(s.email), _of(LinkKind.INVITE)),
    "the person is promoted": Change(lambda s: s.alpha.change_role(s.target, "admin"), _never, "member"),
    "the person is demoted": Change(lambda s: s.alpha.change_role(s.target, "user"), _never, "member"),
    "the person becomes an operator": Change(_operator, _company_reset, "active"),
    "the person is shut out": Change(
        lambda s: s.house.installation.people.set_active(SYSTEM, s.email, False), _always, "account"
    ),
    "the person is shut out and let in": Change(
        lambda s: [s.house.installation.people.set_active(SYSTEM, s.email, on) for on in (False, True)],
        _always, "account",
    ),
    "the person leaves": Change(_ends_target, _always, "member"),
    "the person leaves and comes back": Change(_and(_ends_target, _brings_target_back), _at_alpha, "member"),
    "the person joins another company": Change(_joins_omega("user"), _not_invite, "member"),
    "the person becomes admin of another company": Change(_joins_omega("admin"), _not_invite, "member"),
    "the person was in another company": Change(_and(_joins_omega("user"), _leaves_omega), _not_invite, "member"),
    "the person comes back to another company": Change(
        _and(_joins_omega("manager"), _leaves_omega, _back_in_omega), _not_invite, "member"
    ),
    "the person changes the password": Change(_changes_password, _not_invite, "member"),
    "the person changes their name": Change(_profile, _never, "member"),
    "the e-mail is another": Change(
        lambda s: s.house.change(User, User.email == s.email, email="else@alpha.example"),
        lambda kind: kind.of is LinkKind.RESET or (kind.email != FRESH and kind.of is LinkKind.INVITE), "account",
    ),
}  # fmt: skip


def state_of(kind: Kind, name: str) -> str:
    if name == "an invitation of a former member":
        return "former"
    return {FRESH: "nobody", "user@omega.example": "stranger"}.get(kind.email, "member")


def possible(change: Change, state: str) -> bool:
    return {
        "": True,
        "member": state == "member",
        "active": state in ("member", "stranger"),
        "account": state != "nobody",
        "outside": state != "member",
    }[change.needs]


PAIRS = [
    (kind, change)
    for kind, of in KINDS.items()
    for change, what in CHANGES.items()
    if possible(what, state_of(of, kind))
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "change"), PAIRS)
def test_a_link_works_if_it_could_be_made_anew(house: House, kind: str, change: str) -> None:
    of, what = KINDS[kind], CHANGES[change]
    house.change(Membership, Membership.user_id == house.user(OTHER), role="admin")
    scene = Scene(house, of.email, use=of.use)
    scene.token = of.make(scene)
    what.act(scene)
    before = accounts(house)
    if what.ends(of):
        with pytest.raises((LinkSpent, NotSignedIn, Invalid)):
            of.use(scene)
        assert accounts(house) == before
    else:
        assert of.use(scene) is not False
        assert accounts(house) != before or of.of is LinkKind.TICKET


def accounts(house: House) -> list[tuple[object, ...]]:
    """Who can sign in with what, and where."""
    with house.store.system("a test", write=False) as session:
        people = session.execute(
            sa.select(User.id, User.password_hash, User.is_active).order_by(User.id)
        ).all()
        places = session.execute(
            sa.select(Membership.id, Membership.role, Membership.ended_at).order_by(Membership.id)
        ).all()
    return [tuple(row) for row in (*people, *places)]


# How each room of verbs is spelled here and in test_takeover.py.
ROOMS = {
    Members: r"(alpha|omega|_maker\((s|scene)\))",
    People: r"installation\.people",
    Sessions: r"installation\.sessions",
    Links: r"links",
    Installation: r"installation",
}


def test_every_kind_of_link_and_every_verb_of_an_account_is_tried() -> None:
    """A new kind or verb joins the matrix, or this list of those that change nobody's account."""
    assert {kind.of for kind in KINDS.values()} == set(LinkKind) - {
        LinkKind.SETUP
    }  # there is nobody to take over
    here = Path(__file__)
    source = here.read_text("utf-8") + here.with_name("test_takeover.py").read_text("utf-8")
    untried = {
        f"{room.__name__}.{name}"
        for room, called in ROOMS.items()
        for name, _ in inspect.getmembers(room, inspect.isfunction)
        if not name.startswith("_") and not re.search(rf"{called}\.{name}\(", source)
    }
    assert untried == {
        "Members.all", "Members.invitations", "Members.open_work", "People.find",
        "Sessions.end", "Sessions.end_everywhere", "Sessions.end_one", "Sessions.of",
        "Sessions.tidy", "Links.look", "Links.redeem_setup", "Links.setup", "Links.tidy",
        "Installation.chores", "Installation.demand_ready", "Installation.demand_whole",
        "Installation.is_signed_in",
        "Installation.bring_back", "Installation.empty_trash", "Installation.list_words",
        "Installation.change_portrait", "Installation.portrait",
        "Installation.look_at_company", "Installation.members_of", "Installation.profile",
        "Installation.scope", "Installation.shortages",
        "Installation.state", "People.has_operator",
    }  # fmt: skip
