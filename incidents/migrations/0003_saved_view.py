"""Saved views of the incident list, and what keeps the list flat however many incidents there are."""

import django.db.models.deletion
from django.conf import settings
from django.db import Error, migrations, models, transaction

WORDS = "incidents_title_words"


def index_words(apps, schema_editor):
    """Index the three-letter parts of titles where PostgreSQL lets us; without it a search looks at the newest only."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(
                f"CREATE INDEX {WORDS} ON incidents_incident USING gin (UPPER(title::text) gin_trgm_ops)"
            )
    except (
        Error
    ):  # not installed, or not allowed to us: docs/operations.md says how to add it later
        return


def drop_words(apps, schema_editor):
    """Drop the index; the extension may be somebody else's."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {WORDS}")


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0002_incident_of_group"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("query", models.CharField(max_length=1000)),
                ("created_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "name"), name="incidents_view_named_once"
                    )
                ],
            },
        ),
        migrations.AlterField(
            model_name="incident",
            name="acknowledged_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held_incidents",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["state", "-id"], name="incidents_by_state"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["rank", "-id"], name="incidents_by_rank"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["acknowledged_by", "-id"], name="incidents_by_holder"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["-opened_at"], name="incidents_opened"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["-ended_at"],
                name="incidents_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("declared_at__isnull", False)),
                fields=["-id"],
                name="incidents_declared",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(
                    ("declared_at__isnull", False), ("state__in", ["resolved", "in_review"])
                ),
                fields=["-id"],
                name="incidents_to_review",
            ),
        ),
        migrations.RunPython(index_words, drop_words),
    ]
