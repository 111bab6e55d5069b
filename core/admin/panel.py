"""What a screen shows beside its fields: tables and texts, as data. Templates only loop over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from django.db.models import Model
from django.db.models.options import Options
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

NOTHING = "\u2013"


@dataclass(frozen=True, slots=True)
class Panel:
    """One titled block. `sentence` answers its question first; `empty` stands where there are no rows.

    A cell is a text, a SafeString made by this module, or a `core.admin.buttons.Button`. With `template`
    the block is drawn by that template, which gets `panel`; `data` is whatever it needs. `key`: its
    anchor; `area`: where a screen of two columns puts it; `link`: (address, words) at its right;
    `live`: seconds between refreshes, 0 for none.
    """

    title: str
    sentence: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    empty: str = "Nothing yet."
    pre: str = ""
    key: str = ""
    area: Literal["main", "rail", "wide", "below"] = "main"
    count: str = ""
    link: tuple[str, str] | None = None
    template: str = ""
    data: Any = None
    live: int = 0

    @property
    def labelled(self) -> list[list[tuple[str, object]]]:
        """Return the rows, each cell with the title of its column: on a phone it says what it is."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


def opts_of(model: Model | type[Model]) -> Options[Any]:
    """Return a model's description, which Django documents under an underscored name."""
    return model._meta  # noqa: SLF001  documented: the Model _meta API


def moment(at: datetime | None) -> str:
    """Return an instant as an element with its UTC wall time, a dash for none."""
    if at is None:
        return NOTHING
    at = at.astimezone(UTC)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), f"{at:%d %b %Y %H:%M:%S}")


def link_to(row: Model | None, text: str = "") -> str:
    """Return a link to a row's admin page, a dash for none."""
    if row is None:
        return NOTHING
    opts = opts_of(row)
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return link(url, text or str(row))


def link(url: str, text: str) -> SafeString:
    """Return a link."""
    return format_html('<a href="{}">{}</a>', url, text)


class When:
    """A column or read-only field that shows an instant in UTC and sorts by it."""

    def __init__(self, field: str, label: str) -> None:
        self.short_description = f"{label} (UTC)"
        self.admin_order_field = field

    def __call__(self, row: Any) -> str:
        """Return the instant as an element."""
        return moment(getattr(row, self.admin_order_field))


class Named:
    """A column or read-only field that shows a person by name, a dash for nobody."""

    def __init__(self, field: str, label: str) -> None:
        self.short_description = label
        self.admin_order_field = field

    def __call__(self, row: Any) -> str:
        """Return the name."""
        user = getattr(row, self.admin_order_field)
        return user.display_name if user is not None else NOTHING


def as_text(body: bytes | memoryview, limit: int = 65_536) -> str:
    """Return the beginning of stored bytes as text that a page can show."""
    text = bytes(body[:limit]).decode("utf-8", "replace").replace("\0", "␀")
    rest = len(body) - limit
    return f"{text}\n… {rest} more bytes" if rest > 0 else text
