"""Passwords: what is accepted, that nothing stored or typed raises, and that failing takes its time."""

import time

import bcrypt
import pytest

from crm_data.accounts import passwords
from crm_data.errors import Invalid

GOOD = "twelve chars"


@pytest.mark.parametrize(
    "password",
    [GOOD, "ü" * 36, "a" * 72, "only small letters", "            ", "😀" * 18, "nul\0in the middle"],
)
def test_accepted_ones_open_again(password: str) -> None:
    assert passwords.judged(password) == password
    assert passwords.matches(password, passwords.hashed(password))
    assert not passwords.matches(password + "x" if len(password) < 60 else "x", passwords.hashed(password))


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "too short"),
        ("eleven char", "too short"),
        ("a" * 73, "too long"),
        ("😀" * 19, "too long"),
        ("ü" * 37, "too long"),
        ("a" * 1_000_000, "too long"),
        ("twelve \ud800 chars", "too long"),
        ("Ada@Example.com", "must not be your e-mail"),
    ],
)
def test_others_are_refused_with_a_sentence(password: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        passwords.judged(password, "ada@example.com")


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "plaintext",
        "$2b$12$short",
        "$2b$31$" + "a" * 53,
        "$2b$12$" + "." * 22 + "é" * 31,
        "$2b$12$" + "9" * 53,
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA",
        "\0",
    ],
)
def test_a_broken_hash_is_a_wrong_password(stored: str | None) -> None:
    assert passwords.matches(GOOD, stored) is False


@pytest.mark.parametrize("typed", ["", "a" * 73, "😀" * 19, "x" * 1_000_000, "\ud800", "\0"])
def test_nothing_typed_raises(typed: str) -> None:
    assert passwords.matches(typed, passwords.hashed(GOOD)) is False


def test_hashes_of_other_programs_are_understood() -> None:
    kept = bcrypt.hashpw(GOOD.encode(), bcrypt.gensalt(5)).decode()
    assert passwords.matches(GOOD, kept)
    assert passwords.matches(GOOD, kept.replace("$2b$", "$2y$"))


def test_composed_and_decomposed_letters_are_one_password() -> None:
    assert passwords.matches("Zoe\u0308 and eleven", passwords.hashed("Zo\u00eb and eleven"))


@pytest.mark.slow
def test_the_cost_is_twelve_and_every_failure_pays_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert passwords.COST == 12
    kept = passwords.hashed(GOOD)
    assert kept.startswith("$2b$12$")
    ways = [("a wrong one, long", kept), (GOOD, None), (GOOD, "broken"), ("x" * 73, kept)]
    times: dict[int, list[float]] = {at: [] for at in range(len(ways))}
    for _ in range(3):
        for at, (typed, stored) in enumerate(ways):
            began = time.process_time()
            assert not passwords.matches(typed, stored)
            times[at].append(time.process_time() - began)
    # the least of each: what else the machine does only adds
    least = [min(found) for found in times.values()]
    assert max(least) < 1.3 * min(least)
