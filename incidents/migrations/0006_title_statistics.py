"""What PostgreSQL knows of the words in titles, so that it looks for a rare one in their index and not in every row."""

from django.db import migrations

WORDS = "incidents_title_words"


def know_words(apps, schema_editor):
    """Sample ten times as many titles as usual, where there is the index of 0003."""
    _sample(schema_editor.connection, 1000)


def forget_words(apps, schema_editor):
    """Sample as many as everywhere."""
    _sample(schema_editor.connection, -1)


def _sample(connection, titles):
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [WORDS])
        if cursor.fetchone()[0]:
            cursor.execute(f"ALTER INDEX {WORDS} ALTER COLUMN 1 SET STATISTICS {titles}")
            cursor.execute("ANALYZE incidents_incident")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_filters_in_indexes")]

    operations = [migrations.RunPython(know_words, forget_words)]
