"""What layers and covers said before: priorities move to versions, zones are written down, covers get their kind."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def say(apps, schema_editor):
    Version = apps.get_model("oncall", "RotationVersion")
    Layer = apps.get_model("oncall", "Layer")
    layer = Layer.objects.filter(pk=OuterRef("layer"))
    Version.objects.update(
        priority=Subquery(layer.values("priority")[:1]),
        time_zone=Subquery(layer.values("schedule__time_zone")[:1]),
    )
    Override = apps.get_model("oncall", "Override")
    Override.objects.filter(subject__isnull=False).update(kind="substitute")
    known = set()
    for row in Layer.objects.order_by("pk"):
        name = row.name
        while (row.schedule_id, name) in known:
            name = f"{row.name} {row.pk}"[-80:] if name == row.name else f"{name}'"[-80:]
        known.add((row.schedule_id, name))
        if name != row.name:
            Layer.objects.filter(pk=row.pk).update(name=name)


def unsay(apps, schema_editor):
    Version = apps.get_model("oncall", "RotationVersion")
    Layer = apps.get_model("oncall", "Layer")
    for version in Version.objects.filter(effective_to=None):
        Layer.objects.filter(pk=version.layer_id).update(priority=version.priority)


class Migration(migrations.Migration):
    dependencies = [("oncall", "0002_seats_kinds_ledger")]
    operations = [migrations.RunPython(say, unsay)]
