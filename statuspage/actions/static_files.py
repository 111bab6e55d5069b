"""A page as static files: which name each resource has, and what a static host must be told.

A page is a file that ends in ".html", since "/history" has children: hosts find it by the shorter address
(nginx by `try_files`, Netlify and Cloudflare Pages by themselves). All else keeps its own address.
"""

from collections.abc import Iterable, Mapping

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


def hints(root: str) -> Mapping[str, bytes]:
    """Return the files that tell hosts which headers to send, by name, and what programs get where nothing is."""
    return {HEADERS: _for_hosts(root).encode(), NGINX: _for_nginx(root).encode(), NOTHING: b""}


def _for_hosts(root: str) -> str:
    """Give the file that Netlify and Cloudflare Pages read; a rule adds to those above it, and "!" takes one back."""
    lines = [*_rule("/*", headers_of("/", _HTML))]
    opened = headers_of("", _JSON)["Access-Control-Allow-Origin"]
    for ending, kind in _TYPES.items():
        more = {"Content-Type": kind if kind.startswith("image/png") else f"{kind}; charset=utf-8"}
        lines += _rule(f"{root}/*.{ending}", {**more, "Access-Control-Allow-Origin": opened})
    for start in NAMED:
        lines += [f"{root}{start}*", "  ! Cache-Control", f"  Cache-Control: {FOREVER}"]
    lines += [
        f"{root}{NAMED[1]}*",
        "  ! Content-Security-Policy",
        f"  Content-Security-Policy: {DRAWN_POLICY}",
    ]
    lines += [f"{root}{EMBEDDED}", "  ! Content-Security-Policy"]
    policy = headers_of(EMBEDDED, _HTML)["Content-Security-Policy"]
    lines += [f"  Content-Security-Policy: {policy}", f"/{NGINX}", "  X-Robots-Tag: noindex"]
    return "\n".join(lines) + "\n"


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
error_page 404 {root}/404.html;
types {{
  text/html html;
{types}
}}
location / {{
  try_files $uri $uri.html $uri/ =404;
{pages}
}}
location = {root}/embed {{
  try_files $uri.html =404;
{embedded}
}}
location ^~ {root}/api/ {{
  error_page 404 /{nothing};
  try_files $uri =404;
{programs}
}}
location = /{nothing} {{
  internal;
}}
location ~ ^{root}/style- {{
  try_files $uri =404;
{styles}
}}
location ~ ^{root}/mark- {{
  try_files $uri =404;
{marks}
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


def _for_nginx(root: str) -> str:
    kinds = [kind for kind in _TYPES.values() if kind != "image/png"]
    return _SERVER.format(
        root=root,
        nothing=NOTHING,
        charset_types=" ".join(kinds),
        types="\n".join(f"  {kind} {ending};" for ending, kind in _TYPES.items()),
        endings="|".join(ending for ending in _TYPES if ending not in {"svg", "css"}),
        pages=_added(headers_of("/", _HTML)),
        embedded=_added(headers_of(EMBEDDED, _HTML)),
        programs=_added(headers_of("", _JSON)),
        styles=_added(headers_of("/style-", "text/css")),
        marks=_added(headers_of("/mark-", "image/svg+xml")),
        pictures=_added(headers_of("", "image/svg+xml")),
    )


def _added(headers: Mapping[str, str]) -> str:
    """Give the directives of one block: a block with any of its own inherits none. gzip_vary says Vary."""
    return "\n".join(
        f'  add_header {name} "{value}";' for name, value in headers.items() if name != "Vary"
    )
