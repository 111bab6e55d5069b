"""`python -m bench.prepare`: make the floor's table in this database."""

from django.db import connection

from bench import floor


def main() -> None:
    """Make it unless it is there; print an empty JSON object."""
    statement = floor.TABLE[connection.vendor].replace("TABLE", "TABLE IF NOT EXISTS", 1)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    print("{}")


if __name__ == "__main__":
    main()
