"""A kept sentence can be told from every other in few characters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="keptphrase",
            name="digest",
            field=models.CharField(default="", editable=False, max_length=64),
        )
    ]
