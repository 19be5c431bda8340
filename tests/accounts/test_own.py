"""One's own account: name, telephone, zone; every company that one works in has it in its log."""

from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from crm_data import clock
from crm_data.accounts.own import OWN
from crm_data.errors import Conflict, Invalid
from crm_data.store.zones import zone_called, zones
from crm_data.tables import ChangeLog, User
from tests.accounts.conftest import House


def test_a_person_changes_their_own_account(house: House) -> None:
    house.join(house.user("manager"), 1)
    me, here = house.signed(house.sign_in()), house.installation
    assert set(here.profile_fields) == set(here.profile(me)) == set(OWN)
    here.change_profile(
        me,
        {"first_name": ("Alpha", " Zoë "), "phone": (None, "+43 1 234"),
         "time_zone": (None, "europe/vienna")},
    )  # fmt: skip
    assert here.profile(me) == {
        "first_name": "Zoë", "last_name": "Manager", "phone": "+43 1 234",
        "time_zone": "Europe/Vienna",
    }  # fmt: skip
    with house.store.system("a test", write=False) as session:
        entries = session.scalars(sa.select(ChangeLog).order_by(ChangeLog.company_id)).all()
        version = session.scalars(sa.select(User.version).where(User.id == house.user("manager"))).one()
    assert [entry.company_id for entry in entries] == house.office.companies
    assert {(entry.table_name, entry.row_id, entry.user_id) for entry in entries} == {
        ("users", house.user("manager"), house.user("manager"))
    }
    assert entries[0].before == {"first_name": "Alpha", "phone": None, "time_zone": None}
    assert version == 2
    assert house.events()[-1] == "profile_changed"
    assert house.signed(house.sign_in()).account.zone == "Europe/Vienna"
    assert "Zoë Manager" in house.office.at(1).members().values()


def test_what_is_wrong_changes_nothing(house: House) -> None:
    me, here = house.signed(house.sign_in()), house.installation
    before = here.profile(me)
    for wrong, refusal in (
        ({"first_name": ("Alpha", "")}, Invalid),
        ({"time_zone": (None, "Europe/Atlantis")}, Invalid),
        ({"time_zone": (None, "../../etc/passwd")}, Invalid),
        ({"avatar": (None, "https://x.example/a.png")}, Invalid),
        ({"first_name": ("Alpha", "A"), "last_name": ("Seen", "Changed")}, Conflict),
        ({"email": ("manager@alpha.example", "boss@alpha.example")}, Invalid),
        ({"role": ("user", "super_admin")}, Invalid),
        ({"is_verified": (False, True)}, Invalid),
        ({"password_hash": ("", "x")}, Invalid),
    ):
        with pytest.raises(refusal):
            here.change_profile(me, wrong)
    assert here.profile(me) == before


def test_every_zone_that_is_offered_can_be_chosen() -> None:
    assert len(zones()) > 300
    assert zones()[-1] == "UTC"
    for name in zones():
        assert zone_called(name.lower().replace("_", " ")) == name
        assert len(name) <= 64
        assert ZoneInfo(name).utcoffset(clock.now()) is not None
