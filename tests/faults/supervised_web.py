"""The web server alone under the product's own supervisor, with the product's own command line."""

import django

if __name__ == "__main__":
    django.setup()

    from core.management.commands.up import web_command
    from core.supervisor import Part, Supervisor, print_or_drop

    Supervisor([Part("web", web_command())], write=print_or_drop).run()
