"""The database itself keeps a sentence once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0003_kept_once")]

    operations = [
        migrations.AddConstraint(
            model_name="keptphrase",
            constraint=models.UniqueConstraint(
                fields=("section", "digest"), name="postmortems_kept_once"
            ),
        )
    ]
