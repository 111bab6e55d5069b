"""Read a Cachet over its API: every page of every list, by the client that reaches no private address."""

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from core.errors import NotPossible
from core.json_in import JsonRefused, load
from notify.http import HttpClient, HttpFailure, HttpSettings, UrlNotAllowed
from statuspage.rules.cachet import Export, Row, rows

TIME_LIMIT_S = 30
LARGEST, PER_PAGE, MOST_PAGES, MOST_TRIES = 8 * 1024 * 1024, 100, 200, 4
LONGEST_WAIT_S = 60
_LATER = {429, 502, 503, 504}


class Site:
    """A Cachet at an address; which of its two APIs it speaks is found out by asking."""

    def __init__(self, address: str) -> None:
        root = address.split("/api", maxsplit=1)[0].rstrip("/")
        networks = tuple(settings.ALLOWED_PRIVATE_NETWORKS)
        self.client = HttpClient(HttpSettings(networks, time_limit_s=TIME_LIMIT_S))
        self.root = f"{root}/api/v1"
        self.is_old = self._get("components", page=1) is not None
        if not self.is_old:
            self.root = f"{root}/api"

    def export(self) -> Export:
        """Return everything that is told to guests. Raises NotPossible with the address that did not answer."""
        if self.is_old:
            groups, incidents = "components/groups", [*self._all("incidents")]
            incidents = [self._with_updates(one) for one in incidents]
        else:
            groups, incidents = "component-groups", [*self._all("incidents", "components,updates")]
        return Export(
            components=[*self._all("components", "group")],
            groups=[*self._all(groups)],
            incidents=incidents,
            schedules=[*self._all("schedules", "components,updates")],
        )

    def _with_updates(self, row: Row) -> Row:
        """Return an incident of 2.x with its updates, which older ones tell at an address of their own."""
        if isinstance(row.get("updates"), list) or not isinstance(row.get("id"), int):
            return row
        path = f"incidents/{row['id']}/updates"
        return {**row, "updates": [*self._all(path, is_optional=True)]}

    def _all(self, path: str, include: str = "", *, is_optional: bool = False) -> Iterator[Row]:
        """Give the rows of every page of a list."""
        for page in range(1, MOST_PAGES + 1):
            document = self._get(path, page=page, include="" if self.is_old else include)
            if document is None:
                if is_optional:
                    return
                raise NotPossible(f"{self.root}/{path} is not there. Name the address of a Cachet.")
            yield from rows(document)
            if not _is_more(document, page):
                return
        raise NotPossible(f"{self.root}/{path} has more than {MOST_PAGES} pages.")

    def _get(self, path: str, *, page: int, include: str = "") -> dict[str, Any] | None:
        """Return one page of a list; None where there is no such address. Whoever is busy is asked again."""
        url = f"{self.root}/{path}?per_page={PER_PAGE}&page={page}"
        url += f"&include={include}" if include else ""
        for attempt in range(MOST_TRIES):
            try:
                reply = self.client.get(url, {"Accept": "application/json"}, largest=LARGEST)
                if reply.status == 200:
                    found = load(reply.body).document
                    return found if isinstance(found, dict) and "data" in found else None
            except (UrlNotAllowed, HttpFailure, JsonRefused) as error:
                raise NotPossible(f"{url}: {error}") from error
            if reply.status == 404:
                return None
            if reply.status not in _LATER or attempt == MOST_TRIES - 1:
                break
            time.sleep(_wait_s(reply.headers.get("retry-after", "")))
        raise NotPossible(f"{url} answered {reply.status}, not 200.")


def _is_more(document: dict[str, Any], page: int) -> bool:
    """Tell whether a further page follows: 2.x counts them, 3.x links to it. No link is followed."""
    if not rows(document):
        return False
    meta, links = document.get("meta"), document.get("links")
    counted = meta.get("pagination") if isinstance(meta, dict) else None
    if isinstance(counted, dict):
        total = counted.get("total_pages")
        return isinstance(total, int) and page < total
    return isinstance(links, dict) and bool(links.get("next"))


def _wait_s(header: str) -> int:
    return min(int(header), LONGEST_WAIT_S) if header.isdigit() and len(header) < 5 else 1
