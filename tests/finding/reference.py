"""What a search must find, said once more and as plainly as can be: every record read, and no list asked."""

import re
import unicodedata
from collections.abc import Mapping

from crm_data import Kind
from crm_data.tables import by_name
from crm_data.tables.fields import fields_of


def bare(said: str) -> str:
    """Without case and accents, by another way than the product's: ß as ss, ø as o, ı as i."""
    apart = unicodedata.normalize("NFD", said.casefold().translate({ord("ı"): "i", ord("ø"): "o"}))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def digits(said: str) -> str:
    return re.sub(r"\D", "", said)


def edits(one: str, other: str) -> int:
    """Letters added, left out, exchanged or swapped with their neighbour, at least."""
    table = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


def texts(kind: str, row: Mapping[str, object]) -> dict[str, str]:
    """What of a record is looked through, of numbers the digits alone."""
    return {
        name: digits(str(row[name])) if field.kind is Kind.PHONE else bare(str(row[name]))
        for name, field in fields_of(by_name(kind)).items()
        if field.search and row.get(name)
    }


def holds(word: str, text: str) -> bool:
    """Whether a text holds a word: anywhere, and of a letter or two where a word of it begins."""
    if len(word) > 2:
        return word in text
    return any(one.startswith(word) for one in re.findall(r"[^\W_]+", text))


def nearly(word: str, text: str) -> bool:
    """Whether a word of the text begins with this one but for a slip, or for two where it is long."""
    most = 0 if len(word) < 5 or re.search(r"\d", word) else 2 if len(word) >= 11 else 1
    return most > 0 and any(
        edits(word, one[:end]) <= most
        for one in re.findall(r"[^\W_]+", text)
        for end in range(max(len(word) - most, 0), len(word) + most + 1)
    )


def answers(said: str, held: dict[str, str], slips: bool = False) -> bool:
    """Whether a record with these texts must be found by what is said."""
    words = re.findall(r"[^\W_]+", bare(said))
    number = "".join(words)
    for dialled in (number, number.lstrip("0")):
        if number.isdecimal() and len(dialled) >= 3 and any(dialled in text for text in held.values()):
            return True
    return bool(words) and all(
        any(holds(word, text) or (slips and nearly(word, text)) for text in held.values()) for word in words
    )
