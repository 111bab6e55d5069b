"""A page as static files: which name each resource has, and what a static host must be told.

A page is a file that ends in ".html", since "/history" has children: hosts find it by the shorter address
(nginx by `try_files`, Netlify and Cloudflare Pages by themselves). All else keeps its own address.
"""

from collections.abc import Iterable, Mapping, Sequence

from statuspage.actions.headers import DRAWN_POLICY, EMBEDDED, FOREVER, NAMED, headers_of
from statuspage.actions.held import HeldEdition, Item
from statuspage.actions.rendering import NOT_FOUND, SHAPE

HEADERS, NGINX, NOTHING = "_headers", "_nginx.conf", "_nothing"
_HTML = "text/html"
_PLAIN = "text/plain; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "ics": "text/calendar",
    "csv": "text/csv",
    "json": "application/json",
    "svg": "image/svg+xml",
    "css": "text/css",
    "txt": "text/plain",
    "png": "image/png",
}


def file_of(root: str, item: Item) -> str:
    """Return the name of a resource's file, below the folder; `root`: the path that all of the page's begin with."""
    if item.resource == "/":
        inner = "/index.html"
    elif item.resource == NOT_FOUND:
        inner = "/404.html"
    else:
        inner = item.resource + (".html" if item.content_type.startswith(_HTML) else "")
    return f"{root}{inner}".removeprefix("/")


def served(edition: HeldEdition) -> list[Item]:
    """Return what has an address of its own, and the page for those that have none."""
    items = [item for item in edition.items.values() if item.resource != SHAPE]
    return [*items, *edition.badges()]


def hints(roots: Iterable[str]) -> Mapping[str, bytes]:
    """Return the files that tell hosts which headers to send, by name, and what programs get where nothing is.

    `roots`: the paths that the resources of each page in the place begin with, "" for a page at the top.
    """
    told = sorted(set(roots))
    return {HEADERS: _for_hosts(told).encode(), NGINX: _for_nginx(told).encode(), NOTHING: b""}


def _for_hosts(roots: Sequence[str]) -> str:
    """Give the file that Netlify and Cloudflare Pages read; a rule adds to those above it, and "!" takes one back."""
    lines = [*_rule("/*", headers_of("/", _HTML))]
    for root in roots:
        lines += _of_page(root)
    return "\n".join([*lines, f"/{NGINX}", "  X-Robots-Tag: noindex"]) + "\n"


def _of_page(root: str) -> Iterable[str]:
    opened = headers_of("", _JSON)["Access-Control-Allow-Origin"]
    for ending, kind in _TYPES.items():
        more = {"Content-Type": kind if kind.startswith("image/png") else f"{kind}; charset=utf-8"}
        yield from _rule(f"{root}/*.{ending}", {**more, "Access-Control-Allow-Origin": opened})
    for start in NAMED:
        yield from (f"{root}{start}*", "  ! Cache-Control", f"  Cache-Control: {FOREVER}")
    framed = headers_of(EMBEDDED, _HTML)["Content-Security-Policy"]
    for path, policy in ((f"{root}{NAMED[1]}*", DRAWN_POLICY), (f"{root}{EMBEDDED}", framed)):
        yield from (path, "  ! Content-Security-Policy", f"  Content-Security-Policy: {policy}")


def _rule(path: str, headers: Mapping[str, str]) -> Iterable[str]:
    yield path
    yield from (f"  {name}: {value}" for name, value in headers.items())


_SERVER = """# Include this in a server block of nginx, below its own "root FOLDER;".
index index.html;
charset utf-8;
charset_types {charset_types};
gzip on;
gzip_vary on;
gzip_types {charset_types};
error_page 404 {front}/404.html;
types {{
  text/html html;
{types}
}}
location / {{
  try_files $uri $uri.html $uri/ =404;
{pages}
}}
{parts}location = /{nothing} {{
  internal;
}}
location ~ \\.(?:{endings})$ {{
  try_files $uri =404;
{programs}
}}
location ~ \\.svg$ {{
  try_files $uri =404;
{pictures}
}}
location ~ /[._] {{
  return 404;
}}
"""


_PART = """location = {root}/embed {{
  try_files $uri.html =404;
{embedded}
}}
location ^~ {root}/api/ {{
  error_page 404 /{nothing};
  try_files $uri =404;
{programs}
}}
location ~ ^{root}/style- {{
  try_files $uri =404;
{styles}
}}
location ~ ^{root}/mark- {{
  try_files $uri =404;
{marks}
}}
"""
_BELOW = """location {root}/ {{
  error_page 404 {root}/404.html;
  try_files $uri $uri.html $uri/ =404;
{pages}
}}
"""


def _for_nginx(roots: Sequence[str]) -> str:
    kinds = [kind for kind in _TYPES.values() if kind != "image/png"]
    pages = _added(headers_of("/", _HTML))
    return _SERVER.format(
        front=next(iter(roots), ""),
        nothing=NOTHING,
        charset_types=" ".join(kinds),
        types="\n".join(f"  {kind} {ending};" for ending, kind in _TYPES.items()),
        endings="|".join(ending for ending in _TYPES if ending not in {"svg", "css"}),
        pages=pages,
        parts="".join(_part(root, pages) for root in roots),
        programs=_added(headers_of("", _JSON)),
        pictures=_added(headers_of("", "image/svg+xml")),
    )


def _part(root: str, pages: str) -> str:
    """Give what one page needs of its own: its embed, its API, its sheet and pictures, and below the top its own 404."""
    part = _PART.format(
        root=root,
        nothing=NOTHING,
        embedded=_added(headers_of(EMBEDDED, _HTML)),
        programs=_added(headers_of("", _JSON)),
        styles=_added(headers_of("/style-", "text/css")),
        marks=_added(headers_of("/mark-", "image/svg+xml")),
    )
    return part + (_BELOW.format(root=root, pages=pages) if root else "")


def _added(headers: Mapping[str, str]) -> str:
    """Give the directives of one block: a block with any of its own inherits none. gzip_vary says Vary."""
    return "\n".join(
        f'  add_header {name} "{value}";' for name, value in headers.items() if name != "Vary"
    )
