"""What is asked about before it is said in public (areas/statuspage.md 7.3, item 6)."""

import time

import pytest

from statuspage.rules.lint import Ours, lint

OURS = Ours(
    names={"Mara Lindqvist", "Mara", "Lindqvist", "Al"},
    hosts={"staff.northwind.example"},
    allowed={"help@northwind.example"},
)


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


@pytest.mark.parametrize(
    "piece",
    [
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
