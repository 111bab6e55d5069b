"""Text to playbook and back. Pure: no files, no database."""

import hashlib
from itertools import islice

import msgspec
import yaml

from incidents.playbook.check import problems
from incidents.playbook.errors import MAX_PROBLEMS, PlaybookInvalid
from incidents.playbook.reading import read
from incidents.playbook.schema import Playbook
from incidents.playbook.shape import from_text, shape_problems


def load(text: str) -> Playbook:
    """Return the playbook that the YAML `text` (256 KiB at most) describes.

    Raises PlaybookInvalid when it cannot be read safely, and as `checked` does.
    """
    return checked(read(text))


def checked(document: object) -> Playbook:
    """Return the playbook of plain values (dicts, lists, scalars), as a form or a JSON body gives.

    Raises PlaybookInvalid with every problem of shape, or else every problem of sense.
    """
    if found := tuple(islice(shape_problems(document, Playbook), MAX_PROBLEMS)):
        raise PlaybookInvalid(found)
    playbook = msgspec.convert(document, Playbook, strict=True, dec_hook=from_text)
    if found := tuple(problems(playbook)):
        raise PlaybookInvalid(found)
    return playbook


def from_json(document: dict[str, object]) -> Playbook:
    """Return the playbook of what `dump` gave; raises PlaybookInvalid if it no longer fits.

    This is the quick way, for documents that were checked when they were stored.
    """
    try:
        return msgspec.convert(document, Playbook, strict=True, dec_hook=from_text)
    except msgspec.ValidationError:
        return checked(document)


def dump(playbook: Playbook) -> dict[str, object]:
    """Return the playbook as dicts, lists and scalars, fit for a JSON column and for `from_json`."""
    return msgspec.json.decode(_bytes(playbook), type=dict[str, object])


def to_yaml(playbook: Playbook) -> str:
    """Return text that `load` reads back to an equal playbook, for export and editing."""
    return yaml.safe_dump(dump(playbook), sort_keys=False, allow_unicode=True, width=100)


def checksum(playbook: Playbook) -> str:
    """Return 64 hex digits that are equal for equal playbooks (SHA-256 of sorted JSON)."""
    return hashlib.sha256(_bytes(playbook)).hexdigest()


def _bytes(playbook: Playbook) -> bytes:
    # Sorted: equal mappings may hold their keys in another order, above all after jsonb.
    return msgspec.json.encode(playbook, enc_hook=str, order="deterministic")
