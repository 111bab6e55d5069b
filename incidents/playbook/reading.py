"""YAML text to plain values, without what makes YAML surprising or dangerous. Pure.

A subclass of PyYAML's safe loader that refuses aliases (so no document grows when it is read),
duplicate keys, tags and depth over 32, and that reads `no`, `2025-01-15` and `14:30` as the text
that their author meant (YAML 1.2's core schema), not as a boolean, a date and a number.
"""

import re
from collections.abc import Iterator

import yaml

from incidents.playbook.errors import PlaybookInvalid

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32


class _Refused(yaml.YAMLError):
    """Something that a playbook may not contain; the message names it and its line."""


class _Loader(yaml.SafeLoader):
    """A safe loader with fewer features."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(f"line {line}: anchors and aliases are not allowed")
        if getattr(event, "tag", None):
            raise _Refused(f"line {line}: tags are not allowed")
        if self.depth >= MAX_DEPTH:
            raise _Refused(f"line {line}: nested deeper than {MAX_DEPTH}")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern, _first in (
    ("null", r"(?:~|null|)\Z", ["~", "n", ""]),
    ("bool", r"(?:true|false)\Z", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})\Z", list("-0123456789")),
    ("float", r"-?[0-9]{1,15}\.[0-9]{1,15}\Z", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read(text: str) -> object:
    """Return the plain values of one YAML document; raises PlaybookInvalid with the problems."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise PlaybookInvalid((f"the document: {size} bytes, more than the {MAX_BYTES} allowed",))
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except _Refused as refused:
        raise PlaybookInvalid((f"the document: {refused}",)) from refused
    except yaml.YAMLError as broken:
        said = " ".join(str(broken).split())
        raise PlaybookInvalid((f"the document: cannot be read as YAML: {said}",)) from broken
    if found := tuple(_key_problems(node, "")):
        raise PlaybookInvalid(found)
    return loader.construct_document(node) if node else None


def _key_problems(node: yaml.Node | None, path: str) -> Iterator[str]:
    """Yield one sentence per key that is no plain text or occurs twice in its mapping."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _key_problems(item, f"{path}[{index}]")
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            yield f"{path or 'the document'}: line {line}: a key must be plain text"
            continue
        place = f"{path}.{key.value:.60}" if path else f"{key.value:.60}"
        if key.value in seen:
            yield f"{place}: duplicate key on line {line}"
        seen.add(key.value)
        yield from _key_problems(value, place)
