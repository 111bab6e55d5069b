"""What the parser tests share: a fixed context, and how to read a single signal."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from incidents.parsers import KINDS
from incidents.parsers.base import Context, Parsed, Rejected, Signal

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONTEXT = Context(source_name="Demo", received_at=NOON, made_key="made-key", severity_map={})
ROUTING_KEY = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00"


def read(kind: str, document: object, context: Context = CONTEXT) -> Parsed:
    """Return what `document` says once its format's check let it pass."""
    KINDS[kind].check(document)
    return KINDS[kind].parse(document, context)


def signal(kind: str, document: object, context: Context = CONTEXT) -> Signal:
    """Return the only signal of `document`."""
    (item,) = read(kind, document, context).items
    assert isinstance(item, Signal)
    return item


def refusal(kind: str, document: object) -> tuple[int, str, tuple[str, ...]] | None:
    """Return status, code and errors of the refusal, or None when the check lets it pass."""
    try:
        KINDS[kind].check(document)
    except Rejected as rejected:
        return rejected.status, rejected.code, rejected.errors
    return None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
