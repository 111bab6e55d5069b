"""Stored Markdown is hostile (ADR 0011): what comes out can run nothing, load nothing and hide nothing."""

import re
import time

import pytest

from postmortems.prose import to_html
from tests.postmortems.scenes import HOSTILE


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](http://evil.example/pixel.png)",
        "<a href='javascript:alert(1)'>a</a>",
        '<http://x.example/" onmouseover=alert(1)>',
        "```\n</code><script>alert(1)</script>\n```",
        "| a |\n|---|\n| <script>alert(1)</script> |",
        "<style>*{display:none}</style>",
        '[a](x "onclick=alert(1)")',
    ],
)
def test_nothing_runs_and_nothing_is_loaded(text):
    html = to_html(text)

    elements = set(re.findall(r"<\s*([a-z0-9]+)", html))
    assert elements <= {
        "p",
        "a",
        "pre",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "em",
    }
    assert not re.search(r"<[^>]*\s(on\w+|src|style)\s*=", html)
    assert not re.search(r"href=\"\s*(javascript|data|vbscript):", html, re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    [
        "> " * 50_000,
        "[" * 100_000,
        "[a](" * 25_000,
        "*a" * 50_000,
        "_a*" * 33_000,
        "![" * 50_000,
        "a**b" * 25_000,
        "- " * 50_000,
        "`" * 100_000,
        "&" * 100_000,
        "<!--" * 25_000,
        f"[a]: {'x' * 30_000}\n{'[a]' * 20_000}",
        f"[a]: {'x' * 70_000}\n{'[a] ' * 4_000}",
        "|a" * 1_000 + "\n" + "|-" * 1_000 + "\n" + "|a\n" * 30_000,
    ],
)
def test_row_65_what_was_made_to_be_slow_is_drawn_soon_and_stays_small(text):
    begun = time.monotonic()

    html = to_html(text[:100_000])

    assert time.monotonic() - begun < 2
    assert len(html) < 1_000_000


def test_what_is_not_drawn_is_shown_as_it_was_typed():
    assert to_html("*<b>" * 10_001) == f"<pre>{'*&lt;b&gt;' * 10_001}</pre>"
    assert "[a]" in to_html("[a]: https://x.example\n\n[a]")


def test_a_long_honest_text_is_drawn():
    text = "The queue grew while **nobody** looked at `it`. See [this](https://x.example/a).\n\n"

    assert "<strong>nobody</strong>" in to_html(text * 1_200)
    assert "<td>" in to_html("| a | b | c |\n|---|---|---|\n" + "| 1 | 2 | 3 |\n" * 500)


def test_what_people_write_looks_as_they_meant_it():
    html = to_html("# One\n\n- **two**\n- `three`\n\n[four](https://wiki.example/4)")

    assert "<h3>One</h3>" in html
    assert "<strong>two</strong>" in html
    assert 'href="https://wiki.example/4"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
