"""JSON from strangers: the bad-input corpus, and the promise that nothing else is ever raised."""

import gzip
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.json_in import DEPTH_LIMIT, JsonRefused, Loaded, load, nodes, require_object

REFUSED = [
    (b"", 400, "empty_body"),
    (b" \r\n\t", 400, "empty_body"),
    (b"\xef\xbb\xbf", 400, "empty_body"),
    (b"{", 400, "malformed_json"),
    (b'{"action": "trig', 400, "malformed_json"),
    (b'{"a": 1} x', 400, "malformed_json"),
    (b"{'a': 1}", 400, "malformed_json"),
    (b'{"a": 1,}', 400, "malformed_json"),
    (b"action=trigger", 400, "malformed_json"),
    (b'{"a": NaN}', 400, "malformed_json"),
    (b'{"a": Infinity}', 400, "malformed_json"),
    (b'{"a": -Infinity}', 400, "malformed_json"),
    (b'{"a": 1e999}', 422, "number_out_of_range"),
    (b'{"a": -1e999}', 422, "number_out_of_range"),
    (b'{"a": ' + b"9" * 101 + b"}", 422, "number_out_of_range"),
    (b'{"a": -' + b"9" * 101 + b"}", 422, "number_out_of_range"),
    (b'{"a": ' + b"9" * 5_000 + b"}", 422, "number_out_of_range"),
    (b"\xff\xfe", 400, "bad_encoding"),
    (b'{"a": \xff}', 400, "bad_encoding"),
    ('{"a": 1}'.encode("utf-16"), 400, "bad_encoding"),
    ('{"a": 1}'.encode("utf-16-le"), 400, "bad_encoding"),
    ('{"a": 1}'.encode("utf-16-be"), 400, "bad_encoding"),
    ('{"a": 1}'.encode("utf-32"), 400, "bad_encoding"),
    (gzip.compress(b'{"a": 1}', mtime=0), 400, "bad_encoding"),
    (b"[" * 33 + b"]" * 33, 422, "json_too_deep"),
    (b'{"a":' * 33 + b"1" + b"}" * 33, 422, "json_too_deep"),
    (b"[" * 5_000 + b"]" * 5_000, 422, "json_too_deep"),
    (b"[" * 100_000 + b"]" * 100_000, 422, "json_too_deep"),
    (b"[" * 100_000, 422, "json_too_deep"),
    (b'{"a":' * 100_000, 422, "json_too_deep"),
    (b'["\\u0000",' + b"[" * 40 + b"]" * 40 + b"]", 422, "json_too_deep"),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED)
def test_it_refuses_what_is_not_json(body: bytes, status: int, code: str) -> None:
    with pytest.raises(JsonRefused) as caught:
        load(body)

    assert (caught.value.status, caught.value.code) == (status, code)
    assert caught.value.detail


TAKEN = [
    (b'{"a": 1}', {"a": 1}, ()),
    (b'\xef\xbb\xbf{"a": 1}', {"a": 1}, ()),
    (b'{"a": "\\u0000x"}', {"a": "\ufffdx"}, ("nul_replaced",)),
    (b'{"a": "\x00x"}', {"a": "\ufffdx"}, ("nul_replaced",)),
    (b'{"a": 1}\x00', {"a": 1}, ("nul_replaced",)),
    (b'{"a": [{"b": "\\u0000"}]}', {"a": [{"b": "\ufffd"}]}, ("nul_replaced",)),
    (b'{"k\\u0000": [1]}', {"k\ufffd": [1]}, ("nul_replaced",)),
    (b'{"a": {"k\\u0000": {}}}', {"a": {"k\ufffd": {}}}, ("nul_replaced",)),
    (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}, ()),
    (b'["\\u0000"]', ["\ufffd"], ("nul_replaced",)),
    (b'{"a": ["\\ud800"]}', {"a": ["\ufffd"]}, ("surrogate_replaced",)),
    (b'{"\\udfff": 1}', {"\ufffd": 1}, ("surrogate_replaced",)),
    (b'{"a": "\\ud83d\\ude00"}', {"a": "\N{GRINNING FACE}"}, ()),
    (b'{"a": "\\ud83d\\ude00\\ud83d"}', {"a": "\N{GRINNING FACE}\ufffd"}, ("surrogate_replaced",)),
    (b'{"a": "\xff\xfe"}', {"a": "\ufffd\ufffd"}, ("encoding_repaired",)),
    (b'{"a": "caf\xe9"}', {"a": "caf\ufffd"}, ("encoding_repaired",)),
    (b'{"a": "line\nline\ttab"}', {"a": "line\nline\ttab"}, ("control_characters",)),
    (b'{"a": 1, "a": 2}', {"a": 2}, ("duplicate_keys",)),
    (b'{"a" : 1, "b":2, "a":3}', {"a": 3, "b": 2}, ("duplicate_keys",)),
    (b'{"a" :1,"b":"\\":","a":2}', {"a": 2, "b": '":'}, ("duplicate_keys",)),
    (b'[{"x": {"a": 1, "\\u0061": 2}}]', [{"x": {"a": 2}}], ("duplicate_keys",)),
    (b'{"a\\u0000": 1, "a\xef\xbf\xbd": 2}', {"a\ufffd": 2}, ("duplicate_keys", "nul_replaced")),
    (b'{"a" : 1, "b" : 2}', {"a": 1, "b": 2}, ()),
    (b'{"a": "\\":\\":"}', {"a": '":":'}, ()),
    (b'{"a": 18446744073709551616}', {"a": 2**64}, ()),
    (b'{"a": [-9223372036854775809]}', {"a": [-(2**63) - 1]}, ()),
    (b'{"a": ' + b"9" * 100 + b"}", {"a": 10**100 - 1}, ()),
    (b"9" * 30, 10**30 - 1, ()),
    (b'{"a": 1e300}', {"a": 1e300}, ()),
    (b'{"a": 1.5}', {"a": 1.5}, ()),
    (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32), ()),
    (b'["' + b"[{" * 40 + b'\\u0000"]', ["[{" * 40 + "\ufffd"], ("nul_replaced",)),
    (b"null", None, ()),
    (b'"x"', "x", ()),
]


@pytest.mark.parametrize(("body", "document", "warnings"), TAKEN)
def test_it_takes_and_mends_what_it_can(
    body: bytes, document: object, warnings: tuple[str, ...]
) -> None:
    assert load(body) == Loaded(document, warnings)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"5"])
def test_it_asks_for_an_object(body: bytes) -> None:
    with pytest.raises(JsonRefused) as caught:
        require_object(load(body).document)

    assert (caught.value.status, caught.value.code) == (422, "object_required")


def test_it_hands_on_an_object() -> None:
    assert require_object({"a": 1}) == {"a": 1}


def test_it_keeps_wide_integers_exact_and_storable() -> None:
    document = load(b'{"a": 123456789012345678901234567890}').document

    assert json.loads(json.dumps(document)) == {"a": 123456789012345678901234567890}


@pytest.mark.parametrize(
    ("document", "count"),
    [
        (None, 1),
        ("text", 1),
        ([], 1),
        ({"a": 1, "b": [1, 2]}, 5),
        ([[[1]]], 4),
        ({str(n): n for n in range(999)}, 1_000),
    ],
)
def test_it_counts_values(document: object, count: int) -> None:
    assert nodes(document) == count


def test_it_stops_counting_past_the_limit() -> None:
    assert nodes([[0] * 600, [0] * 600, [[0] * 9_000]], limit=1_000) > 1_000
    assert nodes({str(n): n for n in range(1_001)}) > 1_000


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 400_000,
        b'["\\u0000' + b'\\"' * 400_000,
        b'"\\' * 400_000,
        b'["\\u0000",' + b"[]," * 40 + b'"' + b'\\"' * 100_000,
        b"[]" * 400_000,
        (b'"' + b" " * 99) * 8_000,
    ],
)
def test_it_stays_quick_on_hostile_bodies(body: bytes) -> None:
    with pytest.raises(JsonRefused):
        load(body)


storable = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(storable, inner, max_size=5),
    max_leaves=20,
)


def clean(value: object) -> bool:
    """Tell whether `value` holds only what both databases can store."""
    if isinstance(value, dict):
        return all(clean(name) and clean(inner) for name, inner in value.items())
    if isinstance(value, list):
        return all(map(clean, value))
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return not isinstance(value, float) or math.isfinite(value)


CODES = {
    "", "bad_encoding", "empty_body", "json_too_deep", "malformed_json", "number_out_of_range", "object_required",
}  # fmt: skip


def load_or_refuse(body: bytes) -> str:
    """Return the code of the refusal, or "" when the answer is a document that is clean and storable."""
    try:
        loaded = load(body)
    except JsonRefused as refusal:
        return refusal.code
    assert clean(loaded.document)
    assert json.dumps(loaded.document)
    return ""


@given(documents, st.booleans())
def test_it_changes_nothing_in_good_json(document: object, ascii_only: bool) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only).encode()

    loaded = load(body)

    assert loaded == Loaded(document)


@given(st.binary())
def test_it_never_raises_anything_else_for_any_bytes(body: bytes) -> None:
    assert load_or_refuse(body) in CODES


@given(
    documents,
    st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.integers(0, 2),
            st.sampled_from(
                [
                    b"\0",
                    b"\xff",
                    b"\\u0000",
                    b"\\ud800",
                    b"[",
                    b"}",
                    b'"',
                    b"9" * 99,
                    b"1e999",
                    b"NaN",
                ]
            )
            | st.binary(max_size=3),
        ),
        max_size=4,
    ),
)
def test_it_survives_mutations_of_good_json(
    document: object, edits: list[tuple[int, int, bytes]]
) -> None:
    body = json.dumps({"a": document}).encode()
    for place, dropped, inserted in edits:
        at = place % (len(body) + 1)
        body = body[:at] + inserted + body[at + dropped :]

    assert load_or_refuse(body) in CODES


@given(st.integers(1, 40), st.booleans())
def test_it_counts_depth_alike_on_both_paths(depth: int, with_nul: bool) -> None:
    innermost = b'"\\u0000"' if with_nul else b'""'
    body = (
        b'[{"a":' * (depth // 2)
        + b"[" * (depth % 2)
        + innermost
        + b"]" * (depth % 2)
        + b"}]" * (depth // 2)
    )

    assert load_or_refuse(body) == ("json_too_deep" if depth > DEPTH_LIMIT else "")
