"""Typed text is shown as it was typed: a small subset is marked up, all else is inert."""

import re

import pytest

from statuspage.look.text import body_html, clean, inline_html, lines_html, safe_url
from tests.statuspage.look.reader import read

LINK = '<a href="{}" rel="noopener nofollow">{}</a>'
ALLOWED = {"p", "br", "ul", "li", "strong", "a"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></div><h1>All systems operational</h1>",
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt:alert(1))",
    "[press](data:text/html,<script>alert(1)</script>)",
    "[press](//evil.example/x)",
    '[press](https://a.example/"onmouseover="alert(1))',
    "[<b>x</b>](https://a.example/)",
    'https://a.example/"><script>alert(1)</script>',
    "https://a.example/'onclick='alert(1)",
    "javascript:alert(1)",
    "mailto:<script>@x",
    "**<script>**",
    "- <svg/onload=alert(1)>",
    "&lt;script&gt; &amp; &#60;script&#62;",
    "]]><!--<!--age--><style>*{display:none}</style>",
    "\u202egnp.exe\u0000\u0008\x1b[31m\ufffe\ud800",
    "[a](https://a.example/\x00javascript:x)",
    "**" * 5000,
    "[" * 5000 + "](" * 5000,
    "https://" * 3000,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("marked", [body_html, inline_html, lines_html])
def test_hostile_text_is_inert(marked, text):
    page = read(marked(text))

    for tag, attrs in page.elements:
        assert tag in ALLOWED
        assert set(attrs) <= {"href", "rel"}
        assert re.match(r"(https?://|mailto:|/)[^\s\"'<>]*$", attrs.get("href", "/"))
        assert attrs.get("rel", "noopener nofollow") == "noopener nofollow"
    marked(text).encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("One,\ntwo.", "<p>One,<br>two.</p>"),
        ("One,\r\ntwo.\r\n\r\n\r\nThree.", "<p>One,<br>two.</p><p>Three.</p>"),
        ("- one\n- **two**", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
        ("- one\nnot a list", "<p>- one<br>not a list</p>"),
        ("# 5 of us", "<p># 5 of us</p>"),
        ("a_b_c * d * `e`", "<p>a_b_c * d * `e`</p>"),
        ("  \n\n ", ""),
        ("", ""),
    ],
)
def test_a_body_keeps_its_paragraphs_breaks_lists_and_weight(text, shown):
    assert body_html(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "See https://a.example/x?y=1&z=2.",
            ("https://a.example/x?y=1&amp;z=2", "https://a.example/x?y=1&amp;z=2"),
        ),
        ("(http://a.example)", ("http://a.example", "http://a.example")),
        ("Ask mailto:help@a.example!", ("mailto:help@a.example", "help@a.example")),
        ("[our rules](/rules)", ("/rules", "our rules")),
        ("[a](https://a.example/b)", ("https://a.example/b", "a")),
    ],
)
def test_an_address_becomes_a_link_that_gives_nothing_away(text, shown):
    assert LINK.format(*shown) in body_html(text)


@pytest.mark.parametrize("text", ["[a](javascript:x)", "[a](ftp://x)", "[a](relative)", "mailto:"])
def test_what_may_not_be_a_link_stays_as_typed(text):
    assert "<a" not in body_html(text)
    assert read(body_html(text)).text == text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:x",
        "JAVASCRIPT:x",
        " https://a.example",
        "//a.example",
        "\\\\a",
        "/\\a.example",
        "data:,x",
        "ftp://a",
        "https:",
        "https://",
        "http://[",
        "a/b",
        "",
        "/a b",
        "java\nscript:x",
    ],
)
def test_an_unfit_address_is_no_address(url):
    assert safe_url(url) == ""


@pytest.mark.parametrize(
    "url", ["/", "/a?b=c#d", "https://a.example/", "http://a.example", "mailto:a@b.example"]
)
def test_a_fit_address_is_kept(url):
    assert safe_url(url) == url


def test_a_name_is_one_clean_line():
    assert clean(" Pay\u202ements\n\t and\x00  more\ud800 ") == "Payments and more"


def test_a_summary_is_the_first_paragraph_in_one_line():
    assert inline_html("One,\ntwo.\n\nThree.") == "One, two."
