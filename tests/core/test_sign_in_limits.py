"""How often somebody may try: shared by all processes, and no way for a stranger to lock anybody out (S7, S8)."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import caches
from django.db import connection
from django.test import Client, RequestFactory

from core.models import SignIn
from core.sign_in.addresses import UNKNOWN, address_of
from tests.conftest import Clock
from tests.core.door import CODE, LOGIN, a_person, enter, is_in, said, with_app

ROOT = Path(__file__).parents[2]
FROM = [f"198.51.100.{number}" for number in range(1, 250)]


def stranger(number: int = 0) -> Client:
    """Return a browser at an address of its own."""
    return Client(REMOTE_ADDR=FROM[number])


def wrong(name: str, times: int, *, first: int = 0) -> list[int]:
    """Try wrong passwords, each from another address; return the answers."""
    return [enter(stranger(first + n), name, f"guess {n}").status_code for n in range(times)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ines", "nobody-here"])
def test_after_ten_wrong_tries_even_the_right_password_waits(name: str) -> None:
    a_person()

    answers = wrong(name, 12)

    assert answers == [200] * 10 + [429] * 2
    assert enter(stranger(50), name).status_code == 429
    assert not is_in(stranger(50))


@pytest.mark.django_db
def test_the_page_says_when_to_try_again(clock: Clock) -> None:
    a_person()
    wrong("ines", 10)

    reply = enter(stranger(50))

    wait = int(reply["Retry-After"])
    assert 240 <= wait <= 300
    until = clock.now.replace(minute=wait // 60, second=wait % 60)
    assert f"{until:%H:%M:%S}</time> UTC" in said(reply)
    assert said(reply).count("<h1") == 1


@pytest.mark.django_db
def test_the_wait_ends() -> None:
    a_person()
    with time_machine.travel(0.0 + 1_795_000_000, tick=False) as process:
        wrong("ines", 10)
        assert enter(stranger(50)).status_code == 429
        process.shift(301)

        assert enter(stranger(50)).status_code == 302


@pytest.mark.django_db
def test_one_address_gets_twenty_tries_a_minute_whatever_names_it_types() -> None:
    answers = [enter(stranger(), f"name{n}", "x").status_code for n in range(22)]

    assert answers == [200] * 20 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "names", [["INES", "ines ", "Ines", "\u0131ne\u017f", "\uff29\uff2e\uff25\uff33"]]
)
def test_spellings_of_one_name_are_one_name(names: list[str]) -> None:
    a_person()

    answers = [enter(stranger(n), names[n % len(names)], "x").status_code for n in range(12)]

    assert answers[10:] == [429, 429]


@pytest.mark.django_db
def test_another_host_or_port_brings_no_new_tries() -> None:
    hosts = [f"localhost:{8000 + n}" for n in range(12)]

    answers = [
        Client(REMOTE_ADDR=FROM[n], headers={"host": host})
        .post(LOGIN, {"username": "ines", "password": "x"})
        .status_code
        for n, host in enumerate(hosts)
    ]

    assert answers[10:] == [429, 429]


@pytest.mark.django_db
def test_a_forged_forwarding_header_brings_no_new_tries() -> None:
    answers = [
        Client(REMOTE_ADDR=FROM[0], headers={"x-forwarded-for": FROM[n]})
        .post(LOGIN, {"username": f"name{n}", "password": "x"})
        .status_code
        for n in range(22)
    ]

    assert answers[20:] == [429, 429]


@pytest.mark.django_db
def test_a_stranger_locks_nobody_out_of_a_browser_they_know() -> None:
    a_person()
    own = stranger(200)
    enter(own)
    own.post("/admin/logout/")
    assert wrong("ines", 11)[-1] == 429

    assert enter(own).status_code == 302
    assert is_in(own)


@pytest.mark.django_db
def test_a_browser_that_is_known_is_known_for_one_person_and_has_its_own_limit() -> None:
    a_person("mallory")
    a_person("ines")
    thief = stranger(200)
    enter(thief, "mallory")
    thief.post("/admin/logout/")
    wrong("ines", 10)

    assert enter(thief, "ines", "guess").status_code == 429
    assert [enter(thief, "mallory", "x").status_code for _ in range(11)] == [200] * 10 + [429]


@pytest.mark.django_db
def test_success_costs_no_try() -> None:
    a_person()

    answers = [enter(stranger()).status_code for _ in range(25)]

    assert set(answers) == {302}


@pytest.mark.django_db
def test_codes_are_limited_for_the_person_whatever_the_address(clock: Clock) -> None:
    with_app(a_person())
    answers = []
    for number in range(11):
        browser = stranger(number)
        enter(browser)
        answers.append(browser.post(CODE, {"code": "000000"}).status_code)

    assert answers == [200] * 10 + [429]


@pytest.mark.django_db
def test_tries_that_are_held_off_are_recorded_once_a_minute_for_each_address() -> None:
    a_person()
    wrong("ines", 10)

    for _ in range(5):
        enter(stranger(77))

    rows = SignIn.objects.filter(event=SignIn.Event.HELD_OFF)
    assert [(row.who, row.address) for row in rows] == [("ines", FROM[77])]


@pytest.mark.django_db
def test_limits_lie_in_the_database_and_hold_no_name() -> None:
    wrong("ines@northwind.example", 3)

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM core_cache")
        kept = repr(cursor.fetchall())
    assert "login_failed" in kept
    assert "northwind" not in kept
    assert type(caches["default"]).__name__ == "DatabaseCache"


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_time_are_all_counted() -> None:
    a_person()

    def one(number: int) -> int:
        try:
            return enter(stranger(number), "ines", "x").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(40)))

    assert answers.count(200) <= 10
    assert answers.count(429) >= 30


GUESS = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.test import Client
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 8):
    browser = Client(REMOTE_ADDR=f"203.0.113.{number}")
    print(browser.post("/admin/login/", {"username": "ines", "password": "x"}).status_code)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_processes_count_together() -> None:
    a_person()
    surroundings = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    database = str(connection.settings_dict["NAME"])
    guessers = [
        subprocess.Popen(
            [sys.executable, "-c", GUESS, database, first],
            cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True,
        )
        for first in ("1", "101")
    ]  # fmt: skip

    answers = "".join(guesser.communicate(timeout=60)[0] for guesser in guessers).split()

    assert len(answers) == 16
    assert answers.count("200") <= 10
    assert answers.count("429") >= 6


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]", "2001:db8::7"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_address_is_what_our_own_proxies_say(
    proxies: int, forwarded: str, address: str, settings: LazySettings
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory(headers={"x-forwarded-for": forwarded}).get(
        "/", REMOTE_ADDR="10.0.0.1"
    )

    assert address_of(request) == address


def test_a_server_that_knows_no_address_is_no_fault() -> None:
    assert address_of(RequestFactory().get("/", REMOTE_ADDR="")) == UNKNOWN


def test_https_means_one_proxy() -> None:
    text = "from django.conf import settings; print(settings.PROXIES)"
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "0", "STAFF_URL": "https://a.example"},
    )  # fmt: skip

    assert re.fullmatch(r"1\s*", done.stdout)
