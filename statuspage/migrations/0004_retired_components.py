from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("statuspage", "0003_survival")]

    operations = [
        migrations.AddField(
            model_name="component",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RemoveConstraint(model_name="component", name="statuspage_component_named_once"),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.UniqueConstraint(
                condition=Q(retired_at__isnull=True),
                fields=("page", "name"),
                name="statuspage_component_named_once",
            ),
        ),
    ]
