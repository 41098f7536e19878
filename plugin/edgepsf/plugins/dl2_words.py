"""The words of a DeconvolutionLab2 command line: keywords with their values, numbers, and what looks like a slip.

The plugin looks for its keywords anywhere, as whole words in small letters, and takes the text up to the next
keyword as the value. The character behind a keyword is dropped, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from math import floor, isfinite

from ..errors import InputError

OLD = ("display", "disable")  # of version 2.0; later ones take them as part of the value before them
KEYWORDS = (
    *("image", "psf", "reference", "algorithm", "path", "out", "stats", "constraint", "time", "residu"),
    *("pad", "apo", "norm", "epsilon", "fft", "monitor", "verbose", "multithreading", "system"),
    *OLD,
)
# The plugin chooses with them how it works and what it shows meanwhile; there is nothing to choose here.
IDLE = ("fft", "monitor", "verbose", "multithreading", "system", *OLD)
_FIRST = ("image", "psf", "reference")  # the plugin takes the first of two; of all other keywords the last
_NAMES = "|".join(KEYWORDS)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_KEYWORD = re.compile(rf"(?<!\w)-({_NAMES})(?!\w)")
# A keyword with a slip, and what is wrong with it.
_SLIPS = (
    (re.compile(rf"\S*\w(-(?:{_NAMES}))(?=\s+\S)"), "has no blank before {}: write a blank there"),
    (re.compile(rf"(?<!\w)-\s+({_NAMES})(?!\w)"), "has a blank behind the dash: write -{}"),
    (re.compile(rf"(?<!\S)[–—−]+({_NAMES})(?!\w)", re.IGNORECASE), "has a long dash: write -{}"),
    (re.compile(rf"(?<!\w)-({_NAMES})(?!\w)", re.IGNORECASE), "is no keyword: write -{} in small letters"),
)


def split_command(text: str, titles: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(keyword, value) of a command line.

    Parameters
    ----------
    text : str
    titles : iterable of str
        Titles of the open images, in which keywords may stand.

    Raises
    ------
    InputError
        If there is no keyword, or text before the first.
    """
    found, position = [], 0
    while match := _KEYWORD.search(text, position):
        found.append(match)
        position = _behind_title(text, match.end(), titles)
    if not found:
        raise InputError(
            f'the DeconvolutionLab2 command "{text.strip()}" has no keyword such as -image{_wrong(text)}'
        )
    if before := text[: found[0].start()].strip():
        raise InputError(
            f'"{before}" at the start of the DeconvolutionLab2 command is no keyword{_wrong(before)}'
        )
    ends = [m.start() for m in found[1:]] + [len(text)]
    return [(m[1], _value(m[1], text[m.end() : end])) for m, end in zip(found, ends, strict=True)]


def _behind_title(text: str, start: int, titles: Iterable[str]) -> int:
    """Where the search for keywords goes on: behind the title of an open image, if one stands here."""
    place = re.match(r"\s+platform\s+", text[start:])
    if place is None:
        return start
    start += place.end()
    for title in sorted(titles, key=len, reverse=True):
        end = start + len(title)
        if text.startswith(title, start) and re.match(r"\s+-\w|\s*$", text[end:]):
            return end
    return start


def _value(key: str, text: str) -> str:
    """The value behind a keyword, without the character that parts them."""
    if text and not (text[0].isspace() or text[0] == "="):
        raise InputError(f'"-{key}{text.split()[0]}": write a blank behind -{key}')
    return text[1:].strip()


def once(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values of the keywords that count once.

    Raises
    ------
    InputError
        If one is given twice with different values, unless it has no meaning here.
    """
    single: dict[str, str] = {}
    for key, value in values:
        if key not in IDLE and single.get(key, value) != value:
            which = "first" if key in _FIRST else "last"
            raise InputError(
                f'-{key} is given twice in the DeconvolutionLab2 command, as "{single[key]}" and as "{value}" '
                f"(the plugin takes the {which}): leave one out"
            )
        single[key] = value
    return single


def slip(text: str) -> str:
    """The end of an error sentence that names a keyword with a slip in a text; "" where there is none."""
    for pattern, sentence in _SLIPS:
        if match := pattern.search(text):
            return f'; "{match[0].strip()}" {sentence.format(match[1].lower())}'
    return ""


def misspelt(text: str, keys: Iterable[str] = KEYWORDS, likeness: float = 0.75) -> str:
    """The end of an error sentence that names a word in a text that is close to a keyword; "" where there is none."""
    for word in re.findall(r"(?<!\S)[-–—−]+[A-Za-z]\w*", text):
        name = word.strip("-–—−").lower()
        if close := [] if name in KEYWORDS else get_close_matches(name, keys, 1, likeness):
            return f'; "{word}": did you mean -{close[0]}?'
    return ""


def _wrong(text: str) -> str:
    """The end of an error sentence about a text that should hold keywords."""
    return slip(text) or misspelt(text)


def refuse_slips(key: str, value: str) -> None:
    """Refuse keywords with a slip, and other words with a dash, in a value that is made of numbers and codes.

    Raises
    ------
    InputError
        If one is there; the sentence says how it is written.
    """
    if told := slip(value):
        raise InputError(f"-{key} {value}{told}")
    if match := re.search(r"(?<!\S)-[A-Za-z]\S*", value):
        mend = misspelt(match[0]) or ": leave it out"
        raise InputError(f'"{match[0]}" in -{key} {value} is no keyword of DeconvolutionLab2{mend}')


def refuse_commas(key: str, value: str) -> None:
    """Refuse numbers with a decimal comma, of which the plugin takes the two parts as two numbers.

    Raises
    ------
    InputError
        If one is there.
    """
    if match := re.search(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?", value):
        raise InputError(
            f'"{match[0]}" in -{key} {value} has a decimal comma, which DeconvolutionLab2 reads as two numbers: '
            f"write {match[0].replace(',', '.')}"
        )


def number(key: str, value: str) -> float:
    """The number of a keyword.

    Raises
    ------
    InputError
        If the value is none.
    """
    refuse_commas(key, value)
    refuse_slips(key, value)
    if not is_number(value):
        raise InputError(f'-{key} must be a number, not "{value}"')
    return float(value)


def number_or_no(key: str, value: str) -> float:
    """The number of a keyword; 0 for "no"."""
    return 0.0 if value.lower() == "no" else number(key, value)


def is_number(word: str) -> bool:
    """Whether a word is a finite number as Java writes it: no `1_0`, no digits of other scripts, no nan, no inf."""
    return _NUMBER.fullmatch(word) is not None and isfinite(float(word))


def rounded(word: str) -> int:
    """The whole number next to a number, as Java rounds."""
    return floor(float(word) + 0.5)
