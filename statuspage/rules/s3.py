"""Signatures of requests to S3-compatible stores: AWS Signature Version 4. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, and in which region the bucket is."""

    key_id: str
    secret: str = field(repr=False)
    region: str = "us-east-1"


def signed(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    at: datetime,
) -> dict[str, str]:
    """Return the headers of a request with its signature; `url` is encoded already and has no query, `at` is in UTC."""
    parts = urlsplit(url)
    digest, moment = sha256(body).hexdigest(), f"{at:%Y%m%dT%H%M%SZ}"
    ours = {"x-amz-content-sha256": digest, "x-amz-date": moment}
    named = {name.lower(): " ".join(text.split()) for name, text in {**headers, **ours}.items()}
    named["host"] = parts.netloc
    names = ";".join(sorted(named))
    listed = "".join(f"{name}:{named[name]}\n" for name in sorted(named))
    request = "\n".join([method, parts.path or "/", parts.query, listed, names, digest])
    scope = f"{at:%Y%m%d}/{credentials.region}/s3/aws4_request"
    text = "\n".join([ALGORITHM, moment, scope, sha256(request.encode()).hexdigest()])
    signature = hmac.new(_key(credentials, scope), text.encode(), sha256).hexdigest()
    said = f"{ALGORITHM} Credential={credentials.key_id}/{scope},SignedHeaders={names},Signature={signature}"
    return {**headers, **ours, "Authorization": said}


def _key(credentials: Credentials, scope: str) -> bytes:
    """Return the key of a day, a region and a service."""
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
