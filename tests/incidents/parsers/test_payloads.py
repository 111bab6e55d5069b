"""Every captured request is read as the file beside it says (style.md E14)."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from core import json_in
from incidents.parsers import KINDS
from incidents.parsers.base import Context, Rejected
from tests.payloads import FOLDER, Captured, captured, captures

CONTEXT = Context(
    source_name="Demo",
    received_at=datetime(2026, 11, 22, tzinfo=UTC),
    made_key="made-key",
    severity_map={},
)


def reading(request: Captured) -> dict[str, object]:
    """Return what we make of `request`, as plain JSON."""
    form = KINDS[request.kind]
    loaded = json_in.load(request.body)
    try:
        form.check(loaded.document)
    except Rejected as refusal:
        return {"request": request.index, "rejected": refusal.code, "errors": list(refusal.errors)}
    found = asdict(form.parse(loaded.document, CONTEXT))
    plain = json.loads(json.dumps(found, default=lambda moment: moment.isoformat()))
    return {"request": request.index, "kind": request.kind, **plain}


@pytest.mark.parametrize("name", captures())
def test_it_reads_what_real_senders_send(name: str) -> None:
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text())

    readings = [reading(request) for request in captured() if request.capture == name]

    assert readings == expected


def test_every_capture_holds_a_request_in_scope() -> None:
    assert {request.capture for request in captured()} == set(captures())
