import core.models.people
import django.db.models.deletion
import django.utils.timezone
import oncall.models.schedule
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_sign_in"),
        ("core", "__first__"),
        ("oncall", "0001_initial"),
    ]

    operations = [
        migrations.RenameField(
            model_name="override",
            old_name="replaces",
            new_name="subject",
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                ("name", models.CharField(blank=True, max_length=120)),
                ("is_public", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "ordering": ["date"],
            },
        ),
        migrations.CreateModel(
            name="HolidayCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "country",
                    models.CharField(
                        blank=True,
                        help_text="Two letters, as in NO; its public holidays are filled in for three years ahead.",
                        max_length=2,
                    ),
                ),
                (
                    "subdivision",
                    models.CharField(
                        blank=True, help_text="As in BY or CA; may be empty.", max_length=10
                    ),
                ),
                ("filled_to", models.PositiveSmallIntegerField(editable=False, null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ServedShift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "seat",
                    models.CharField(
                        choices=[
                            ("primary", "primary: is paged"),
                            ("secondary", "secondary: the backup"),
                            ("shadow", "shadow: learns, never paged"),
                        ],
                        max_length=9,
                    ),
                ),
                ("source", models.CharField(max_length=14)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["starts_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Unavailability",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vacation", "Vacation"),
                            ("personal", "Personal"),
                            ("deadline", "heavy deadline"),
                        ],
                        default="vacation",
                        max_length=8,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("flag", "mark it: the shift stays until somebody takes it"),
                            ("skip", "skip: the turn passes to the next person"),
                        ],
                        default="flag",
                        max_length=4,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(default="person", editable=False, max_length=10)),
                ("created_at", models.DateTimeField(editable=False)),
                ("cancelled_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name_plural": "unavailability",
                "ordering": ["-starts_at"],
            },
        ),
        migrations.AlterModelOptions(
            name="rotationslot",
            options={"ordering": ["version", "position", "pk"]},
        ),
        migrations.AddField(
            model_name="override",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="override",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="override",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cover", "cover: takes the seat, whoever holds it"),
                    ("substitute", "substitute: serves instead of one person"),
                    ("add", "add: serves beside the others"),
                    ("remove", "remove: does not serve, and nobody fills in"),
                ],
                default="cover",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="override",
            name="layer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="overrides",
                to="oncall.layer",
            ),
        ),
        migrations.AddField(
            model_name="override",
            name="reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="override",
            name="source",
            field=models.CharField(
                choices=[
                    ("override", "by hand"),
                    ("swap", "a swap"),
                    ("take_pager", "took the pager"),
                    ("ical", "a calendar"),
                ],
                default="override",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="holiday_effect",
            field=models.CharField(
                choices=[
                    ("none", "holidays are days like others"),
                    ("off", "rests on holidays"),
                    ("only", "serves on holidays only"),
                ],
                default="none",
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="mode",
            field=models.CharField(
                choices=[
                    ("exclusive", "exclusive: answers alone"),
                    ("additive", "additive: those below answer as well"),
                ],
                default="exclusive",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="priority",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="seat",
            field=models.CharField(
                choices=[
                    ("primary", "primary: is paged"),
                    ("secondary", "secondary: the backup"),
                    ("shadow", "shadow: learns, never paged"),
                ],
                default="primary",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="time_zone",
            field=models.CharField(
                default="UTC", max_length=64, validators=[core.models.people.validate_zone]
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="turn_mode",
            field=models.CharField(
                choices=[
                    ("calendar", "every day counts"),
                    ("active", "only days with hours count"),
                ],
                default="calendar",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="windows",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="schedule",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="schedule",
            name="expectation",
            field=models.CharField(
                choices=[("24x7", "24x7, around the clock"), ("business-hours", "business hours")],
                default="24x7",
                help_text="Business hours are Monday to Friday, 09:00 to 17:00. What is not asked is no gap.",
                max_length=14,
                verbose_name="coverage asked",
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="served_to",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="schedule",
            name="swap_needs_approval",
            field=models.BooleanField(
                default=False, verbose_name="a swap needs a manager's approval"
            ),
        ),
        migrations.AlterField(
            model_name="override",
            name="subject",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overridden",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="override",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overrides",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="rotationslot",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rotation_slots",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="rotationversion",
            name="anchor_local",
            field=models.CharField(
                help_text="As on the wall clock of the zone, for example 2026-03-16T09:00.",
                max_length=16,
                validators=[oncall.models.schedule.validate_local_time],
                verbose_name="first handoff, local time",
            ),
        ),
        migrations.AddIndex(
            model_name="override",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", True)),
                fields=["schedule", "ends_at"],
                name="oncall_standing_overrides",
            ),
        ),
        migrations.AddField(
            model_name="holidaycalendar",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holiday_calendars",
                to="core.team",
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="calendar",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="days",
                to="oncall.holidaycalendar",
            ),
        ),
        migrations.AddField(
            model_name="rotationversion",
            name="holidays",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="oncall.holidaycalendar",
            ),
        ),
        migrations.AddField(
            model_name="servedshift",
            name="layer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="oncall.layer",
            ),
        ),
        migrations.AddField(
            model_name="servedshift",
            name="override",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="oncall.override",
            ),
        ),
        migrations.AddField(
            model_name="servedshift",
            name="schedule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="served",
                to="oncall.schedule",
            ),
        ),
        migrations.AddField(
            model_name="servedshift",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="served_shifts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="unavailability",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="unavailability",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absences",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="holiday",
            constraint=models.UniqueConstraint(
                fields=("calendar", "date"), name="oncall_holiday_once"
            ),
        ),
        migrations.AddIndex(
            model_name="servedshift",
            index=models.Index(fields=["schedule", "ends_at"], name="oncall_served_by_schedule"),
        ),
        migrations.AddConstraint(
            model_name="servedshift",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="oncall_served_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="unavailability",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", True)),
                fields=["user", "ends_at"],
                name="oncall_standing_absences",
            ),
        ),
        migrations.AddConstraint(
            model_name="unavailability",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="oncall_absence_ends_after_it_begins",
            ),
        ),
    ]
