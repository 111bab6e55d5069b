"""The list's filters ride along in two indexes; alerts are read by state, the newest first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_story"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="incident",
            name="incidents_of_service",
        ),
        migrations.RemoveIndex(
            model_name="incident",
            name="incidents_declared",
        ),
        migrations.AlterField(
            model_name="incident",
            name="service",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="incidents.service",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["state", "-id"], name="incidents_alert_by_state"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["service", "-id"],
                include=(
                    "rank",
                    "state",
                    "declared_at",
                    "acknowledged_by",
                    "opened_at",
                    "ended_at",
                ),
                name="incidents_of_service",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("declared_at__isnull", False)),
                fields=["-id"],
                include=(
                    "service",
                    "rank",
                    "state",
                    "declared_at",
                    "acknowledged_by",
                    "opened_at",
                    "ended_at",
                ),
                name="incidents_declared",
            ),
        ),
    ]
