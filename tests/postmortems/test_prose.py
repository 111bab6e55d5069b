"""Stored Markdown is hostile (ADR 0011): what comes out can run nothing, load nothing and hide nothing."""

import re

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


def test_what_people_write_looks_as_they_meant_it():
    html = to_html("# One\n\n- **two**\n- `three`\n\n[four](https://wiki.example/4)")

    assert "<h3>One</h3>" in html
    assert "<strong>two</strong>" in html
    assert 'href="https://wiki.example/4"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
