"""Which letters the bytes of a file are: known for sure, or a choice between samples. Pure.

What begins with a mark, and what is UTF-8 or ASCII throughout, is known. Of all else each encoding is tried; where
only one makes words that can be words, it is that. Everything else is asked.
"""

import codecs
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import TextIO

from charset_normalizer import from_bytes

from crm_data.errors import Invalid
from crm_data.transfer.letter_bytes import Whole, letter_sample

MIXED = "utf-8+cp1252"
# Encodings by the name that Python has for them -> words for a person. Where two read alike, the first counts.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    MIXED: "Unicode (UTF-8) with stray Western letters",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western (Windows)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "cp1255": "Hebrew (Windows)",
    "cp1256": "Arabic (Windows)",
    "cp1257": "Baltic (Windows)",
    "iso8859-2": "Central European (ISO)",
    "iso8859-15": "Western (ISO)",
    "iso8859-5": "Cyrillic (ISO)",
    "koi8-r": "Cyrillic (KOI8)",
    "mac-roman": "Western (Mac)",
    "mac-latin2": "Central European (Mac)",
    "mac-cyrillic": "Cyrillic (Mac)",
    "cp850": "Western (DOS)",
    "cp437": "American (DOS)",
    "cp852": "Central European (DOS)",
    "cp866": "Cyrillic (DOS)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese, simplified (GB)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean",
}
_TRIED = [name for name in ENCODINGS if not name.startswith("utf")]
_MOST_CHOICES = 6
_PIECE = 64 * 1024
_WORD = re.compile(r"[^\x00-\x40\[\\\]^_`{|}~]+")
_UNREADABLE = (
    "The letters of this file cannot be read. Save it as CSV with the encoding UTF-8 and import that."
)
# Signs that may well stand beside a letter.
_BESIDE = frozenset("’‘‚“”„«»‹›–—…·´°®™©ªº¿¡")


@dataclass(frozen=True)
class Choice:
    """One way to read a file, and a few of its words as it reads them."""

    encoding: str
    sample: str


class Undecided(Invalid):
    """A file whose letters can be read in more than one way: `choices`, the likeliest first."""

    def __init__(self, choices: tuple[Choice, ...]) -> None:
        shown = ", ".join(f"{choice.encoding} reads {choice.sample!r}" for choice in choices)
        super().__init__(
            f"The letters of this file can be read in more than one way; choose its encoding: {shown}."
            " Or save it as UTF-8."
        )
        self.choices = choices


def encoding_of(data: bytes, encoding: str | None = None) -> str:
    """The encoding in which a file can be read to its end. Raises Undecided, and Invalid where it is in none."""
    encoding = encoding or _marked(data)
    if encoding:
        if not _reads_to_its_end(data, encoding):
            raise Invalid(_UNREADABLE)
        return encoding
    if _reads_to_its_end(data, "utf-8"):
        return "utf-8"
    choices = _choices(data)
    if not choices:
        raise Invalid(_UNREADABLE)
    if len(choices) > 1 or choices[0].encoding == MIXED:
        raise Undecided(choices)
    return choices[0].encoding


def opened(data: bytes, encoding: str) -> TextIO:
    """A file to be read piece by piece, from its beginning: its text is never whole in memory. Line ends stay."""
    errors = "strict"
    if encoding == MIXED:
        encoding, errors = "utf-8", "foyer-stray"
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(io.BytesIO(data), codec, errors, newline="")


def sample_of(texts: Iterable[str]) -> str:
    """A few words that have other letters than ASCII; no word goes on from one text into the next."""
    found: dict[str, None] = {}
    for match in chain.from_iterable(map(_WORD.finditer, texts)):
        if not match[0].isascii():
            found[match[0][:60]] = None
            if len(found) == 3:
                break
    said = ", ".join(found)
    return "".join(c if c.isprintable() else "\ufffd" for c in said[:60])


def _reads_to_its_end(data: bytes, encoding: str) -> bool:
    try:
        text = opened(data, encoding)
        while text.read(_PIECE):
            pass
    except (UnicodeError, LookupError):
        return False
    return True


def _stray(error: UnicodeError) -> tuple[str, int]:
    """What a byte that is no UTF-8 is in Western letters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252"), error.end


codecs.register_error("foyer-stray", _stray)


def _marked(data: bytes) -> str | None:
    """The encoding that a mark at the beginning tells, or the noughts of UTF-16."""
    marks = {
        b"\xef\xbb\xbf": "utf-8",
        b"\xff\xfe\0\0": "utf-32",
        b"\0\0\xfe\xff": "utf-32",
        b"\xff\xfe": "utf-16",
        b"\xfe\xff": "utf-16",
    }
    for mark, name in marks.items():
        if data.startswith(mark):
            return name
    sample = data[:4000]
    # Western text in UTF-16 has a zero in every second byte, and nothing else has.
    for parity, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half, other = sample[parity::2], sample[1 - parity :: 2]
        if len(half) > 3 and half.count(0) > 0.6 * len(half) and other.count(0) == 0:
            return name
        if half.count(0) > 2 and other.count(0) == 0 and _is_utf_16(sample, name):
            return name
    return None


def _is_utf_16(sample: bytes, name: str) -> bool:
    """Whether it is text in lines; of other scripts only blanks and line ends have a zero."""
    text = sample[: len(sample) // 2 * 2].decode(name, "replace")
    odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") and not c.isspace() for c in text)
    return "\n" in text and "\ufffd" not in text[:-1] and not odd


def _choices(data: bytes) -> tuple[Choice, ...]:
    """The ways to read a file that make words, each text once, the likeliest first."""
    some, whole = letter_sample(data), Whole(data)
    texts: dict[str, list[str]] = {}  # what they make of it -> the encodings, the first one first
    for name in _TRIED:
        text = _tried(some, name)
        if text is not None:
            texts.setdefault(text, []).append(name)
    guessed = from_bytes(some, cp_isolation=_TRIED).best()
    likeliest = guessed.encoding.replace("_", "-") if guessed else ""
    odd = {text: _oddities(text) for text in texts}

    def rank(text: str) -> tuple[int, bool]:
        return odd[text], likeliest not in [name.replace("_", "-") for name in texts[text]]

    found: list[Choice] = []
    mixed = opened(some, MIXED).read() if whole.is_damaged_utf_8() else None
    if mixed is not None and _oddities(mixed) <= min(odd.values(), default=0):
        found.append(Choice(MIXED, sample_of([mixed])))
    least: int | None = None
    for text in sorted(texts, key=rank):
        if len(found) == _MOST_CHOICES or (least is not None and odd[text] > least * 3 // 2):
            break
        fitting = next((name for name in texts[text] if whole.may_be(name)), None)
        if fitting:
            least = odd[text] if least is None else least
            found.append(Choice(fitting, sample_of([text])))
    if mixed is not None and least is not None and found[0].encoding != MIXED:
        found[1:] = [*found[1 : _MOST_CHOICES - 1], Choice(MIXED, sample_of([mixed]))]
    return tuple(found) if least is not None else ()


def _tried(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeError:
        return None


def _oddities(text: str) -> int:
    """How many of its words cannot be words."""
    return sum(_odd(match[0]) for match in _WORD.finditer(text) if not match[0].isascii())


def _odd(word: str) -> bool:
    if any(_kind(c) == "unseen" for c in word):
        return True
    for before, c, after in zip(f" {word}", word, f"{word[1:]} ", strict=False):
        if _kind(c) == "sign" and c not in _BESIDE and (before.isalpha() or after.isalpha()):
            return True
    return any(map(_odd_letters, re.findall(r"[^\W\d_]+", word)))


def _odd_letters(word: str) -> bool:
    """Letters of two scripts, a great one within small ones, or none that is plain."""
    if word.isascii():
        return False
    scripts = {_kind(c) for c in word}
    if len(scripts) > 1 or "other" in scripts:
        return True
    if any(map(str.islower, word)):  # asked once: a word may be as long as the file
        for before, c in pairwise(word):
            if c.isupper() and not (before.isascii() and c.isascii()):
                return True
    return scripts == {"LATIN"} and len(word) > 2 and not any(map(str.isascii, word))


_ONE: Mapping[str, str] = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "KATAKANA-HIRAGANA": "CJK",
    "IDEOGRAPHIC": "CJK",
}


@lru_cache(4096)
def _kind(c: str) -> str:
    """The script of a letter; 'sign', 'unseen', or 'other' for what only looks like a letter."""
    category = unicodedata.category(c)
    if category in ("Cc", "Cn", "Co", "Cs") or c == "\ufffd":
        return "unseen"
    if category[0] not in "LM":
        return "sign"
    if category[0] == "L" and unicodedata.normalize("NFKC", c) != c:
        return "other"
    script = unicodedata.name(c, "OTHER ").split(" ")[0]
    return _ONE.get(script, script)
