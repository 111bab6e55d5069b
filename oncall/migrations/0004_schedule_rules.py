from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncall", "0003_known_seats_and_kinds"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="layer",
            name="oncall_priority_once_per_schedule",
        ),
        migrations.RemoveConstraint(
            model_name="rotationslot",
            name="oncall_slot_position_once",
        ),
        migrations.RemoveConstraint(
            model_name="rotationversion",
            name="oncall_one_present_version",
        ),
        migrations.AlterModelOptions(
            name="layer",
            options={"ordering": ["schedule", "pk"]},
        ),
        migrations.RemoveField(
            model_name="layer",
            name="priority",
        ),
        migrations.AddConstraint(
            model_name="layer",
            constraint=models.UniqueConstraint(
                fields=("schedule", "name"), name="oncall_layer_name_once_per_schedule"
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "remove"), ("subject__isnull", False), ("user__isnull", True)
                    ),
                    models.Q(
                        ("kind", "substitute"), ("subject__isnull", False), ("user__isnull", False)
                    ),
                    models.Q(
                        ("kind__in", ["cover", "add"]),
                        ("subject__isnull", True),
                        ("user__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="oncall_override_names_its_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("user__isnull", True),
                    ("subject__isnull", True),
                    models.Q(("user", models.F("subject")), _negated=True),
                    _connector="OR",
                ),
                name="oncall_nobody_covers_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotationslot",
            constraint=models.UniqueConstraint(
                fields=("version", "position", "user"), name="oncall_slot_holds_a_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("expectation__in", ["24x7", "business-hours"])),
                name="oncall_expectation_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("seat__in", ["primary", "secondary", "shadow"])),
                name="oncall_seat_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["exclusive", "additive"])),
                name="oncall_mode_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("turn_mode__in", ["calendar", "active"])),
                name="oncall_turn_mode_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("holiday_effect__in", ["none", "off", "only"])),
                name="oncall_holiday_effect_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotationversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("effective_to__isnull", True), ("withdrawn_at__isnull", True)),
                fields=("layer",),
                name="oncall_one_last_version",
            ),
        ),
    ]
