"""What in a text looks like a key, a token or a password (areas/statuspage.md 7.3, item 6). Pure, and linear in the text."""

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

# Each begins where a run of its letters begins, never inside one, and takes its run whole (possessive).
_START = r"(?<![\w-])"
KNOWN = (
    re.compile(rf"{_START}(?:AKIA|ASIA)[A-Z0-9]{{16}}(?!\w)"),  # AWS access key ids
    re.compile(rf"{_START}(?:gh[pousr]_[A-Za-z0-9]{{20,255}}+|github_pat_\w{{20,255}}+)"),
    re.compile(rf"{_START}glpat-[\w-]{{16,255}}+"),
    re.compile(rf"{_START}xox[abeoprs]-[\w-]{{10,255}}+"),  # Slack
    re.compile(r"(?<![\w.])hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{8,255}+"),
    re.compile(rf"{_START}(?:sk|rk|pk)_(?:live|test)_\w{{10,255}}+"),  # Stripe
    re.compile(rf"{_START}AIza[\w-]{{30,60}}+"),  # Google
    re.compile(rf"{_START}eyJ[\w-]{{8,4000}}+\.[\w-]{{4,8000}}+\.[\w-]*+"),  # JWT, RFC 7519
    re.compile(r"-----BEGIN [A-Z ]{0,30}(?:PRIVATE KEY|CERTIFICATE)-----"),  # PEM, RFC 7468
)
# A word that announces a secret, and what follows it.
_SAID = re.compile(
    r"(?<!\w)(?:bearer[ \t]+|(?:api[ _-]?key|access[ _-]?key|password|passwd|pwd|secret|token)"
    r"[ \t]?[=:][ \t]?)(?P<it>[^\s,;\"'<>]{6,200}+)",
    re.IGNORECASE,
)
_URL_LOGIN = re.compile(r"(?<!\w)[a-z][a-z0-9+]{1,15}+://(?P<it>[^\s/:@]{1,64}:[^\s/@]{1,128}@)")
_RUN = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{24,}+={0,2}")
_HEX = re.compile(r"[0-9a-fA-F]+")
SHORTEST_HEX, HEX_BITS, MIXED_BITS = 32, 3.0, 4.0  # bits per character: prose lies below
LONGEST_RUN = 200


def secrets(text: str) -> Iterator[str]:
    """Yield the passages that look secret, at most 200 characters of each."""
    for pattern in KNOWN:
        for match in pattern.finditer(text):
            yield match[0][:LONGEST_RUN]
    for match in (*_SAID.finditer(text), *_URL_LOGIN.finditer(text)):
        if _is_code(match["it"]):
            yield match["it"]
    for match in _RUN.finditer(text):
        run = match[0][:LONGEST_RUN]
        if _is_random(run):
            yield run


def _is_code(word: str) -> bool:
    """Tell "hunter2x" from "service": a secret has a digit, or a sign within."""
    return any(not letter.isalpha() for letter in word.rstrip(".:)!?"))


def _is_random(run: str) -> bool:
    if _HEX.fullmatch(run):
        return len(run) >= SHORTEST_HEX and _bits(run.lower()) >= HEX_BITS
    mixed = all(any(test(one) for one in run) for test in (str.isdigit, str.isupper, str.islower))
    return mixed and _bits(run) >= MIXED_BITS


def _bits(run: str) -> float:
    """Return the entropy of a run in bits per character."""
    shares = [count / len(run) for count in Counter(run).values()]
    return -sum(share * log2(share) for share in shares)
