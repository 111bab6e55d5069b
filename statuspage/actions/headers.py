"""The headers of a resource that are the same wherever it is served from: here, or by a static host.

areas/statuspage.md 4.2 and 5. What is no page may be read by programs of other sites (CORS).
"""

from core.middleware import PUBLIC_POLICY
from statuspage.look import badge

CACHE = "public, max-age=10, s-maxage=10, stale-while-revalidate=30, stale-if-error=86400"
FOREVER = "public, max-age=31536000, immutable"
DRAWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
NAMED = ("/style-", "/mark-")  # their addresses change with their content
EMBEDDED = "/embed"
EMBEDDED_POLICY = PUBLIC_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
EVERY = {
    "Cache-Control": CACHE,
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def headers_of(resource: str, content_type: str) -> dict[str, str]:
    """Return the headers of a resource by its path within the page; those of one encoding and age come on top."""
    opened = {} if content_type.startswith("text/html") else {"Access-Control-Allow-Origin": "*"}
    kept = {"Cache-Control": FOREVER} if resource.startswith(NAMED) else {}
    return {**EVERY, **kept, **opened, "Content-Security-Policy": _policy(resource, content_type)}


def _policy(resource: str, content_type: str) -> str:
    if resource.startswith(NAMED) and content_type.startswith("image/"):
        return DRAWN_POLICY  # an owner's picture can do nothing, also opened alone
    if content_type.startswith("image/svg"):
        return badge.POLICY
    return EMBEDDED_POLICY if resource == EMBEDDED else PUBLIC_POLICY
