"""Pictures of people: made small when they come in, and given to colleagues alone. Decision 0071."""

import base64
import hashlib
import io
import warnings
from dataclasses import dataclass

import sqlalchemy as sa
from PIL import Image, ImageOps

from crm_data.accounts.sessions import Signed
from crm_data.errors import Invalid
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.values import row_id
from crm_data.tables import Membership, Portrait, User

FORMATS = ("JPEG", "PNG", "WEBP")  # no other reader is let near a stranger's bytes
MOST_BYTES = 5 * 1024 * 1024
_MOST_PIXELS = 16_000_000  # that are held in memory; of a large JPEG every eighth is read
_SIDE = 160  # pixels
_GROUND = (255, 255, 255)


@dataclass(frozen=True)
class Shown:
    """A picture as it is sent: JPEG, and by what it is known again."""

    data: bytes
    tag: str


def shaped(raw: bytes) -> bytes:
    """A small square JPEG of a picture, with nothing of the file but what is seen. Raises Invalid."""
    if len(raw) > MOST_BYTES:
        raise Invalid(f"Picture: at most {MOST_BYTES // 1024**2} MB fit. Choose a smaller one.", "portrait")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(raw), formats=FORMATS)
        opened.draft("RGB", (2 * _SIDE, 2 * _SIDE))
        if opened.width * opened.height > _MOST_PIXELS:
            raise Invalid("Picture: it has too many points. Choose a smaller one.", "portrait")
        square = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGBA"), (_SIDE, _SIDE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError):
        raise Invalid(
            "Picture: a whole JPEG, PNG or WebP is needed. Choose another file.", "portrait"
        ) from None
    flat = Image.new("RGB", square.size, _GROUND)
    flat.paste(square, mask=square.getchannel("A"))
    made = io.BytesIO()
    flat.save(made, "JPEG", quality=85)
    return made.getvalue()


def change_portrait(store: Store, signed: Signed, raw: bytes | None) -> None:
    """Take a picture as one's own; None takes it away. Raises Invalid for what is no picture."""
    made = None if raw is None else shaped(raw)
    with store.system("a person changes their picture") as session:
        person = session.get_one(User, signed.account.id, with_for_update=True)
        kept = sa.select(Portrait).where(Portrait.user_id == person.id).order_by(Portrait.id)
        before = session.scalar(kept.with_for_update())
        if before is not None:
            session.delete(before)
            session.flush()
        if made is not None:
            tag = hashlib.sha256(made).hexdigest()[:16]
            session.add(Portrait(user_id=person.id, image=base64.b64encode(made).decode(), tag=tag))
        note(session, "portrait_changed", person.id, signed.scope.company_id, kept=made is not None)


def portrait(store: Store, signed: Signed, user_id: int) -> Shown | None:
    """The picture of one who works in the company in which this person is signed in; None of anybody else."""
    wanted = (
        sa.select(Portrait.image, Portrait.tag)
        .join(Membership, Membership.user_id == Portrait.user_id)
        .where(Portrait.user_id == row_id(user_id))
        .where(Membership.company_id == signed.scope.company_id, Membership.ended_at.is_(None))
    )
    with store.system("a colleague's picture is looked at", write=False) as session:
        found = session.execute(wanted).first()
    return Shown(base64.b64decode(found.image), found.tag) if found else None
