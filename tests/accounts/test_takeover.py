"""One company takes over no person of another: not by a reset, an address, a password or an invitation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_data.accounts.members import Members
from crm_data.accounts.people import SYSTEM
from crm_data.errors import CrmError, Invalid, NotAllowed, NotSignedIn
from crm_data.tables import User
from tests.accounts.conftest import HERE, PASSWORD, House
from tests.accounts.test_standing import NEW, OURS, TARGET


def test_a_company_resets_nobody_who_ever_belonged_to_another(house: House) -> None:
    house.join(house.user(TARGET), 1, "manager")
    omega = Members(house.store, house.office.scope(1, "admin"))
    omega.end(house.user(TARGET))
    alpha = Members(house.store, house.office.scope(0, "admin"))
    with pytest.raises(NotAllowed, match="only the operator"):
        alpha.reset_link(house.user(TARGET))
    omega.bring_back(house.user(TARGET))
    with pytest.raises(NotAllowed, match="only the operator"):
        alpha.reset_link(house.user(TARGET))


def test_who_took_an_address_before_its_owner_came_gets_into_no_other_company(house: House) -> None:
    """Alpha's admin redeems an invitation to somebody else's address. Then Omega invites who it belongs to."""
    links, alpha = house.installation.links, Members(house.store, house.office.scope(0, "admin"))
    stolen = links.redeem_invite(alpha.invite("boss@omega.example", "user"), OURS, HERE, "Not", "Them")
    held = house.installation.sessions.open(stolen.ticket)
    with house.store.system("a test", write=False) as session:
        assert not session.get_one(User, stolen.user_id).is_verified
    ticket = house.installation.sessions.switch(house.signed(held), house.office.companies[0])
    omega = Members(house.store, house.office.scope(1, "admin"))
    token = omega.invite("boss@omega.example", "admin")
    with pytest.raises(NotSignedIn, match="ask whoever runs"):
        links.redeem_invite(token, NEW, HERE, "The", "Boss")
    with pytest.raises(Invalid, match="stands by a company's invitation alone"):
        house.installation.people.set_operator(SYSTEM, "boss@omega.example", True)
    links.redeem_reset(links.reset(SYSTEM, "boss@omega.example"), NEW)
    joined = links.redeem_invite(token, "", HERE, old=NEW)
    assert joined.user_id == stolen.user_id
    for planted in (
        lambda: house.installation.sessions.open(ticket),
        lambda: alpha.reset_link(stolen.user_id),
    ):
        with pytest.raises(CrmError):
            planted()
    assert house.installation.sessions.resolve(held) is None
    with pytest.raises(NotSignedIn):
        house.installation.sign_in("boss@omega.example", OURS, HERE)


def test_a_password_that_a_company_could_know_opens_no_other(house: House) -> None:
    """Alpha's admin knows the password, and the person joins Omega with it: they choose another there."""
    links, alpha = house.installation.links, Members(house.store, house.office.scope(0, "admin"))
    links.redeem_reset(alpha.reset_link(house.user(TARGET)), OURS)
    token = Members(house.store, house.office.scope(1, "admin")).invite(house.email(TARGET), "admin")
    with pytest.raises(CrmError):
        links.redeem_invite(token, "", HERE, old=OURS)
    links.redeem_invite(token, NEW, HERE, old=OURS)
    with pytest.raises(NotSignedIn):
        house.installation.sign_in(house.email(TARGET), OURS, HERE)


def test_who_the_operator_vouches_for_is_no_companys(house: House) -> None:
    links, alpha = house.installation.links, Members(house.store, house.office.scope(0, "admin"))
    links.redeem_reset(links.reset(SYSTEM, house.email(TARGET)), NEW)
    with pytest.raises(NotAllowed, match="only the operator"):
        alpha.reset_link(house.user(TARGET))
    token = Members(house.store, house.office.scope(1, "admin")).invite(house.email(TARGET), "user")
    assert links.redeem_invite(token, "", HERE, old=NEW)
    house.installation.people.set_operator(SYSTEM, house.email(TARGET), True)
    ticket = house.installation.sign_in(house.email(TARGET), NEW, HERE)
    assert house.signed(house.installation.sessions.open(ticket)).account.operator


def test_a_closed_account_opens_with_the_next_company(house: House) -> None:
    alpha = Members(house.store, house.office.scope(0, "admin"))
    with pytest.raises(Invalid, match="no other company"):
        alpha.end(house.user(TARGET))
    alpha.end(house.user(TARGET), close=True)
    token = Members(house.store, house.office.scope(1, "admin")).invite(house.email(TARGET), "user")
    assert house.installation.links.redeem_invite(token, NEW, HERE, old=PASSWORD)
    assert house.installation.sign_in(house.email(TARGET), NEW, HERE)


@pytest.mark.parametrize("back", ["the company brings them back", "an invitation"])
def test_whom_the_operator_shut_out_no_company_lets_in(house: House, back: str) -> None:
    alpha = Members(house.store, house.office.scope(0, "admin"))
    house.installation.people.set_active(SYSTEM, house.email(TARGET), False)
    alpha.end(house.user(TARGET))
    if back == "an invitation":
        with pytest.raises(NotSignedIn):
            house.installation.links.redeem_invite(
                alpha.invite(house.email(TARGET), "user"), NEW, HERE, old=PASSWORD
            )
    else:
        alpha.bring_back(house.user(TARGET))
    with pytest.raises(NotSignedIn):
        house.sign_in(TARGET)


def test_two_companies_that_end_the_last_two_memberships_leave_nobody_without_one(house: House) -> None:
    house.join(house.user(TARGET), 1, "user")
    rooms = [Members(house.store, house.office.scope(company, "admin")) for company in (0, 1)]

    def end(room: Members) -> bool:
        try:
            room.end(house.user(TARGET))
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, rooms)) == [False, True]
