"""An identity provider on 127.0.0.1 that does what OpenID Connect says, or what it is told to do instead."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client
from jwt.algorithms import RSAAlgorithm

from tests.servers import HOST, free_port

CLIENT, SECRET = "watchbill", "a secret with a colon: and a space"
STAFF, GO, BACK = "http://127.0.0.1:8000", "/accounts/company/", "/accounts/company/back/"
INES = {"sub": "00u1", "email": "ines@northwind.example", "email_verified": True}


@dataclass
class Provider:
    """`claims`: who is signed in there. `instead`: endpoint -> a status, bytes, seconds to wait, or a dict."""

    issuer: str
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signing_key: Any = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorize(self, url: str) -> str:
        """Sign the person in there; return where their browser is sent back to."""
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def description(self) -> dict[str, Any]:
        """Return what discovery says."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        } | self.described

    def keys(self) -> dict[str, Any]:
        """Return the public keys."""
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Redeem a code, as RFC 6749 and RFC 7636 ask."""
        query = self.codes.pop(form["code"])
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == query["code_challenge"]
        assert query["code_challenge_method"] == "S256"
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        assert form["redirect_uri"] == query["redirect_uri"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims}
        signed = jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            self.signing_key or self.key, self.algorithm, headers={"kid": "one", **self.header},
        )  # fmt: skip
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        """Return status and body of one request."""
        name = path.rsplit("/", 1)[-1]
        self.asked.append(name)
        what = self.instead.get(name)
        if isinstance(what, float):
            time.sleep(what)
        elif isinstance(what, int):
            return what, b"{}"
        elif isinstance(what, bytes):
            return 200, what
        elif what is not None:
            return 200, json.dumps(what).encode()
        ways: dict[str, Any] = {
            "openid-configuration": self.description,
            "keys": self.keys,
            "token": lambda: self.token(form),
            "userinfo": lambda: self.userinfo,
        }
        return 200, json.dumps(ways[name]()).encode()


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider."""
    server = ThreadingHTTPServer((HOST, free_port()), BaseHTTPRequestHandler)
    found = Provider(f"http://{HOST}:{server.server_port}")
    server.RequestHandlerClass = _handler(found)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(found: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/authorize":
                self.send_response(302)
                self.send_header("Location", found.authorize(self.path))
                self.end_headers()
            else:
                self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply(dict(parse_qsl(body)))

        def _reply(self, form: dict[str, str]) -> None:
            status, body = found.answer(urlsplit(self.path).path, form)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def there(browser: Client, **form: str) -> str:
    """Press the button; return the provider's address that the page leads to."""
    reply = browser.post(GO, form)
    assert reply.status_code == 200, reply
    return reply["Refresh"].removeprefix("0;url=")


def come(
    company: Provider, browser: Client | None = None, **form: str
) -> tuple[Client, HttpResponse]:
    """Go there, sign in there, come back."""
    browser = browser or Client()
    back = urlsplit(company.authorize(there(browser, **form)))
    return browser, browser.get(f"{back.path}?{back.query}")
