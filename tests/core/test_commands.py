"""`apitoken` and `first_admin`: secrets shown once, clear refusals, nothing done twice."""

import json
import stat
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from core.models import ApiToken, Installation, User
from core.rights import Right
from core.secrets import digest
from tests.conftest import Clock
from tests.factories import AUser

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
def test_a_token_is_the_last_word_and_only_its_digest_is_kept(clock: Clock, scope: str) -> None:
    AUser(username="ana")

    token = run("apitoken", "ana", "--scope", scope).split()[-1]

    row = ApiToken.objects.get()
    assert (row.digest, row.scope, row.user.username) == (digest(token), scope, "ana")
    assert token not in str(ApiToken.objects.values().get())


def test_any_number_of_tokens_may_be_made_one_after_the_other(clock: Clock) -> None:
    AUser(username="ana")

    tokens = set()
    for _ in range(4):
        tokens.add(run("apitoken", "ana", "--scope", "read").split()[-1])
        clock.forward(milliseconds=1)

    assert len(tokens) == ApiToken.objects.filter(revoked_at=None).count() == 4


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("apitoken", "nobody", "--scope", "read"), "no person named nobody; there are: ana."),
        (("apitoken", "ana", "--scope", "root"), "root is not a scope"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(
    clock: Clock, words: tuple[str, ...], text: str
) -> None:
    AUser(username="ana")

    with pytest.raises(CommandError, match=text) as refused:
        run(*words)

    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("command", ["schedule", "statuspage", "statuspage_subscribers"])
def test_a_command_without_its_verb_names_the_verbs(command: str) -> None:
    with pytest.raises(CommandError, match=r"are required: \w+\|\w+"):
        run(command)


def test_a_third_token_of_one_name_is_refused(clock: Clock) -> None:
    AUser(username="ana")
    words = ("apitoken", "ana", "--scope", "read", "--name", "ci")
    run(*words)
    run(*words)

    with pytest.raises(CommandError, match="revoke one first"):
        run(*words)


def test_the_first_administrator_gets_a_random_password_in_a_private_file(
    clock: Clock, tmp_path: Path
) -> None:
    with override_settings(DATA_DIR=tmp_path / "new"):
        said = run("first_admin")

    file = tmp_path / "new" / "first-start.json"
    kept = json.loads(file.read_text())
    admin = authenticate(username=kept["login"], password=kept["password"])
    assert (kept["login"], set(kept)) == ("admin", {"login", "password"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert isinstance(admin, User)
    assert (admin.right, admin.is_superuser) == (Right.ADMINISTRATOR, False)
    assert (User.objects.count(), Installation.objects.count()) == (1, 1)
    assert Installation.objects.get().demo_loaded_at is None
    assert kept["password"] not in said


def test_a_second_start_changes_nothing(clock: Clock, tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path):
        run("first_admin")
        before = (list(User.objects.values()), (tmp_path / "first-start.json").read_text())
        clock.forward(days=1)

        run("first_admin")

    assert (list(User.objects.values()), (tmp_path / "first-start.json").read_text()) == before


def test_a_person_named_admin_is_never_given_a_new_password(clock: Clock, tmp_path: Path) -> None:
    AUser(username="admin")

    with override_settings(DATA_DIR=tmp_path), pytest.raises(CommandError, match="admin already"):
        run("first_admin")

    assert not Installation.objects.exists()


def test_the_login_is_not_committed_when_it_can_not_be_kept(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with override_settings(DATA_DIR=tmp_path / "file"), pytest.raises(OSError, match="file"):
        run("first_admin")

    assert not User.objects.exists()
    assert not Installation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_groups_come_and_go_with_their_migration() -> None:
    names = {"Administrator", "Responder", "Viewer"}
    loader = MigrationLoader(connection)
    groups = loader.get_migration("core", "0002_groups")
    before = loader.project_state(("core", "0001_initial"))

    with connection.schema_editor() as editor:
        groups.unapply(before.clone(), editor)
    gone = set(Group.objects.values_list("name", flat=True))
    with connection.schema_editor() as editor:
        groups.apply(before.clone(), editor)

    assert not gone & names
    assert set(Group.objects.values_list("name", flat=True)) == names


def test_now_is_never_read_by_the_commands_themselves(clock: Clock) -> None:
    AUser(username="ana")
    clock.now = datetime(2030, 1, 1, tzinfo=UTC)

    run("apitoken", "ana", "--scope", "read")

    assert ApiToken.objects.get().created_at == clock.now
