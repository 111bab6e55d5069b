"""Logos only draw: nothing in them acts, loads or is large."""

import struct

import pytest

from statuspage.rules.marks import LARGEST, Measured, NoMark, measured

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32">{}</svg>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 200, 64) + b"\x08\x06\x00\x00\x00"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PNG, Measured("image/png", 200, 64)),
        (SVG.format('<path d="M0 0h9" style="fill:#123456"/>').encode(), Measured("image/svg+xml", 120, 32)),
        (b'<?xml version="1.0"?><!-- ours --><svg xmlns="http://www.w3.org/2000/svg" width="48px" height="24"><circle r="4"/></svg>', Measured("image/svg+xml", 48, 24)),
        (SVG.format('<defs><linearGradient id="a"/></defs><rect fill="url(#a)"/><use href="#a"/>').encode(), Measured("image/svg+xml", 120, 32)),
    ],
)  # fmt: skip
def test_a_picture_is_measured(content: bytes, found: Measured) -> None:
    assert measured(content) == found


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path onclick="alert(1)"/>',
        '<path ONLOAD="alert(1)"/>',
        "<foreignObject/>",
        '<image href="https://evil.test/a.png"/>',
        '<use href="https://evil.test/a.svg#b"/>',
        '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:alert(1)"/>',
        '<rect fill="url(https://evil.test/)"/>',
        '<rect style="fill:u\\72l(https://evil.test/)"/>',
        '<rect style="background:url( https://evil.test/ )"/>',
        "<style>@import url(https://evil.test)</style>",
        '<animate attributeName="href"/>',
        '<a href="#x"/>',
        '<path xmlns="http://www.w3.org/1999/xhtml"/>',
        "<![CDATA[x]]>",
    ],
)
def test_what_acts_or_loads_is_refused_in_words(inside: str) -> None:
    with pytest.raises(NoMark, match="SVG"):
        measured(SVG.format(inside).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\xff\xfe<\x00s\x00",
        PNG[:20],
        b"<svg/>",
        b"<html/>",
        b"<svg",
        SVG.format("").encode() + b" " * LARGEST,
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 0"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99999 1"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1.2.3 4"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="' + b"9" * 400 + b'"/>',
        PNG[:16] + struct.pack(">II", 0, 9),
    ],
)
def test_what_is_no_picture_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(NoMark):
        measured(content)
