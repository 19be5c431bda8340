"""Words that are nearly the same: a letter too many, too few, another one, or two that changed places."""

NEAR_FROM, FURTHER_FROM = 5, 11  # letters from which one slip is forgiven, and from which two are


def slips(word: str) -> int:
    """How many slips are forgiven in a word that is looked for; of numbers none."""
    if len(word) < NEAR_FROM or any(letter.isdecimal() for letter in word):
        return 0
    return 2 if len(word) >= FURTHER_FROM else 1


def is_near(asked: str, word: str, slips: int) -> bool:
    """Whether what is asked for is a word, or begins one, but for so many slips."""
    at, most = 0, min(len(asked), len(word))
    while at < most and asked[at] == word[at]:
        at += 1
    if len(asked) - at <= slips:  # what is left may be too many
        return True
    if not slips:
        return False
    asked, word = asked[at:], word[at:]
    return (
        is_near(asked[1:], word[1:], slips - 1)
        or is_near(asked, word[1:], slips - 1)
        or is_near(asked[1:], word, slips - 1)
        or (asked[:2] == word[1::-1] and len(word) > 1 and is_near(asked[2:], word[2:], slips - 1))
    )


def unhurt(asked: str) -> list[tuple[str, int, int]]:
    """Parts of a word of which one stands unhurt in every near one, and from where to where it may begin there.

    Between two parts there is a letter, so that no slip, nor letters that change places, hurts both.
    """
    size, most = len(asked), slips(asked)
    length = (size - 1) // 2 if most == 1 else 3
    middle = [(size - 3) // 2] if most == 2 else []
    others = [(at, max(at - most, 0), at + most) for at in (*middle, size - length)]
    return [(asked[at : at + length], start, end) for at, start, end in ((0, 0, 0), *others)]
