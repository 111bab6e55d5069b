"""What is asked about before it is said in public (areas/statuspage.md 7.3, item 6)."""

import time
from pathlib import Path

import pytest

from statuspage.rules.lint import Ours, lint

OURS = Ours(
    names={"Mara Lindqvist", "Mara", "Lindqvist", "Al"},
    hosts={"staff.northwind.example"},
    phones={"+351 912 345 678"},
    components={"Wholesale orders"},
    allowed={"help@northwind.example"},
)
UPDATES = (Path(__file__).parent / "updates.txt").read_text(encoding="utf-8").splitlines()
# In two parts, so that no scanner of sources takes them for real ones.
AWS, GITHUB = "AKIA" + "Q3EGRWXYZ7LM2NOP", "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SLACK, STRIPE = "xoxb" + "-1234567890-abcdefGHIJ", "sk_live" + "_4eC39HqLyjWDarjtT1zdp7dc"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".c2lnbmF0dXJlMTIz"
HEX, MIXED = "9f86d081884c7d659a2feaa0c55ad015", "qT7vZk2LwX9pR4mN8sB1cY6dF3gH5jK0"


def found(text: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.excerpt) for finding in lint(text, OURS)]


@pytest.mark.parametrize(
    ("text", "kind", "excerpt"),
    [
        ("See INC-2041.", "internal_number", "INC-2041"),
        ("Write to ops@northwind.example.", "mail_address", "ops@northwind.example"),
        ("db1.prod.internal is full", "internal_host", "db1.prod.internal"),
        ("api.default.svc.cluster.local is gone", "internal_host", "api.default.svc.cluster.local"),
        ("api-7d9f8b6c54-x2x1z restarts", "internal_host", "api-7d9f8b6c54-x2x1z"),
        ("https://staff.northwind.example/admin/", "internal_host", "staff.northwind.example"),
        ("-db1.prod.internal.northwind.example", "internal_host", "db1.prod.internal"),
        ("at <https://DB1.Lan/x>", "internal_host", "DB1.Lan"),
        ("web (9-api-7d9f8b6c54-x2x1z)", "internal_host", "api-7d9f8b6c54-x2x1z"),
        ("<ana.lopes+x@mail.shop.example>", "mail_address", "ana.lopes+x@mail.shop.example"),
        ("10.1.2.3 is down", "private_address", "10.1.2.3"),
        ("at 192.168.0.7, port 5432", "private_address", "192.168.0.7"),
        ("fd00::1 does not answer", "private_address", "fd00::1"),
        ("Mara Lindqvist is on it", "staff_name", "Mara Lindqvist"),
        ("Lindqvist rolled it back", "staff_name", "Lindqvist"),
        ("The cause is {cause}.", "empty_place", "{cause}"),
        ("OPS-4411 tracks it", "internal_number", "OPS-4411"),
        ("See ticket #1234.", "internal_number", "#1234"),
        ("fixed by merge request !77", "internal_number", "!77"),
        (f"key {AWS}", "secret", AWS),
        (f"with {GITHUB}.", "secret", GITHUB),
        (f"({SLACK})", "secret", SLACK),
        (f"{STRIPE} was used", "secret", STRIPE),
        (f"sent {JWT} along", "secret", JWT),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "secret", "-----BEGIN RSA " + "PRIVATE KEY-----"),
        ("Authorization: Bearer abc123.def", "secret", "abc123.def"),
        ("password=hunter22", "secret", "hunter22"),
        ("postgres://app:s3cret@db/x", "secret", "app:s3cret@"),
        (f"commit {HEX}", "secret", HEX),
        (f"it was {MIXED}", "secret", MIXED),
        ("https://grafana.shop.example/x", "internal_url", "https://grafana.shop.example/x"),
        ("wiki.shop.example/start", "internal_url", "wiki.shop.example/start"),
        ("https://a.example/wiki/Cards", "internal_url", "https://a.example/wiki/Cards"),
        ("https://a.example/d/a1b2c3d4/x", "internal_url", "https://a.example/d/a1b2c3d4/x"),
        ("call 00351 912-345-678", "staff_phone", "00351 912-345-678"),
        ("call 912345678 now", "staff_phone", "912345678"),
        ("Wholesale orders fail, too", "foreign_component", "Wholesale orders"),
    ],
)
def test_what_looks_like_ours_is_found(text: str, kind: str, excerpt: str) -> None:
    assert (kind, excerpt) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Some card payments fail at the last step of checkout. We are looking into it.",
        "Write to help@northwind.example or see https://help.northwind.example/cards.",
        "Our address 8.8.8.8 is reachable again; version 4.18.2.1 is out.",
        "Back at 14:05:30, after 3 h 02 min. About 1 in 4 payments fails.",
        "All is well in Marathon.",
        "Incidents of 12.11.2026 are over.",
    ],
)
def test_plain_words_are_not(text: str) -> None:
    assert found(text) == []


def test_no_ordinary_update_is_asked_about() -> None:
    assert len(UPDATES) >= 100
    assert {text: found(text) for text in UPDATES if found(text)} == {}


@pytest.mark.parametrize(
    "piece",
    [
        "A",
        "A1-",
        "1 ",
        "1-",
        "eyJ",
        "eyJaaaaaaaa.",
        "http://",
        "https://a/",
        "a://",
        "wiki.a",
        "token=",
        "bearer ",
        "pr ",
        "-----BEGIN ",
        "xoxb-",
        "aA1+",
        "x",
        "a-",
        "-",
        ".",
        "a.",
        "ab.lan-",
        "--a",
        "1.",
        "1:",
        ":",
        "a@",
        "@",
        "a@b.",
        "{a",
        "INC-",
        "+",
    ],
)
def test_the_longer_text_takes_no_more_than_its_length_of_time(piece: str) -> None:
    begun = time.monotonic()

    lint(piece * (100_000 // len(piece)), OURS)

    assert time.monotonic() - begun < 2  # a minute where a pattern begins anew at each letter


def test_a_passage_is_told_once_and_in_order() -> None:
    assert [excerpt for _kind, excerpt in found("INC-7, Mara, INC-7")] == ["INC-7", "Mara"]
