"""`manage.py statuspage create NAME --host HOST --zone ZONE` and `manage.py statuspage list`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import COMMAND_LINE, refusal, refusals, unknown
from core.models import Team
from statuspage.actions.founding import create_page
from statuspage.actions.places import place_of
from statuspage.models import Page


class Command(BaseCommand):
    """Open a status page, or list those that there are."""

    help = "Open a status page and print its id, or list the pages with id, name and address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take create NAME with its options, or list."""
        parts = parser.add_subparsers(dest="what", required=True, metavar="create|list")
        making = parts.add_parser("create")
        making.add_argument("name")
        making.add_argument("--host", action="append", default=[], help="may be given again")
        making.add_argument("--zone", default="Etc/UTC", help="such as Europe/Berlin")
        making.add_argument("--team", metavar="SLUG", help="else that of the default page")
        parts.add_parser("list")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in one line why not."""
        if options["what"] == "list":
            for page in Page.objects.all():
                self.stdout.write(f"{page.public_id}  {page.name}  {place_of(page).site}/")
            return
        with refusals():
            page = create_page(
                options["name"],
                team=_team(options["team"]),
                hosts=options["host"],
                zone=options["zone"],
                by=COMMAND_LINE,
                at=clock.now(),
            )
        self.stdout.write(page.public_id)


def _team(slug: str | None) -> Team:
    """Return the team of that slug, else the default page's, else the only one there is."""
    if slug is not None:
        found = Team.objects.filter(slug=slug).first()
        if found is None:
            raise unknown("team", slug, Team.objects.values_list("slug", flat=True))
        return found
    page = Page.objects.filter(is_default=True).select_related("team").first()
    team = page.team if page else Team.objects.order_by("pk").first()
    if team is None:
        raise refusal("There is no team yet; make one in the admin, then name it with --team.")
    return team
