"""Pictures of people: what is taken, what is left of it, and who is given it."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image, PngImagePlugin

from crm_data import clock
from crm_data.accounts.portraits import MOST_BYTES, shaped
from crm_data.errors import Invalid
from crm_data.tables import Membership, Portrait
from tests.accounts.conftest import House


def picture(form: str = "PNG", size: tuple[int, int] = (300, 200), **more: object) -> bytes:
    made = io.BytesIO()
    mode = "RGB" if form in ("JPEG", "BMP", "TIFF") else "RGBA" if form == "PNG" else "RGB"
    Image.new(mode, size, (200, 30, 30)).save(made, form, **more)
    return made.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (300, 200), (40, 2000)])
def test_a_picture_is_made_a_small_square_jpeg(form: str, size: tuple[int, int]) -> None:
    made = shaped(picture(form, size))
    seen = Image.open(io.BytesIO(made))
    assert (seen.format, seen.size) == ("JPEG", (160, 160))
    assert len(made) < 40_000


def test_nothing_but_what_is_seen_is_kept() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "wolverine")
    exif = Image.Exif()
    exif[0x010E] = "wolverine"
    for raw in (picture("PNG", pnginfo=said), picture("JPEG", exif=exif)):
        assert b"wolverine" in raw
        assert b"wolverine" not in shaped(raw)
        assert b"Exif" not in shaped(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture("PNG")[:60],
        picture("JPEG")[:200],
        picture("PNG", (5_000, 5_000)),  # 75 kB that would be 100 MB
        picture("PNG", (20_000, 20_000)),
        b"\xff\xd8\xff" + bytes(100),
        picture("JPEG") + bytes(MOST_BYTES),
    ],
    ids=lambda raw: f"{raw[:4]!r} {len(raw)}",
)
def test_what_is_no_picture_is_refused_in_a_sentence(house: House, raw: bytes) -> None:
    me, here = house.signed(house.sign_in()), house.installation
    with pytest.raises(Invalid, match=r"^Picture: .+\."):
        here.change_portrait(me, raw)
    assert here.portrait(me, me.account.id) is None


def test_colleagues_alone_are_given_it(house: House) -> None:
    here, mine = house.installation, house.user("manager")
    me, stranger = house.signed(house.sign_in()), house.signed(house.sign_in("admin", 1))
    colleague = house.signed(house.sign_in("user"))
    here.change_portrait(me, picture())
    shown = here.portrait(colleague, mine)
    assert shown is not None
    assert here.portrait(me, mine) == shown
    assert here.portrait(stranger, mine) is None
    assert house.signed(house.sign_in()).account.portrait == shown.tag
    house.join(mine, 1)
    assert here.portrait(stranger, mine) == shown
    for company in (0, 1):
        with house.store.system("a test") as session:
            session.execute(
                sa.update(Membership)
                .where(Membership.user_id == mine, Membership.company_id == house.office.companies[company])
                .values(ended_at=clock.now())
            )
    assert here.portrait(colleague, mine) is None
    assert here.portrait(stranger, mine) is None


def test_another_one_takes_its_place_and_none_takes_it_away(house: House) -> None:
    me, here = house.signed(house.sign_in()), house.installation
    here.change_portrait(me, picture())
    first = here.portrait(me, me.account.id)
    here.change_portrait(me, picture("JPEG", (10, 500)))
    second = here.portrait(me, me.account.id)
    assert first
    assert second
    assert house.events()[-1] == "portrait_changed"
    here.change_portrait(me, None)
    assert here.portrait(me, me.account.id) is None
    with house.store.system("a test", write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Portrait)) == 0
