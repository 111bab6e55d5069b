"""What the guides ask of whoever goes on call, is on call, or hands over (R139, R140, R141, R144), in our words."""

TWO_DAYS_BEFORE = (  # R139
    "Look through your shifts in the schedule. If you can't serve, ask for a swap now.",
    "Know who is behind you.",
    "Keep your calendar free of what you could not leave.",
    "Read the incidents of the last week, and those that are still open.",
)
A_DAY_BEFORE = (  # R140
    "Charge the laptop, and try the VPN from where you will be.",
    "Send yourself a test page, and hear it.",
    "Charge the phone; see that it is not muted for the pager.",
    "Open the dashboards once, so that no access is missing.",
    "Look at the deploys and maintenance planned for your shift.",
)
AT_THE_START = (  # R141
    "Say in the on-call channel that you have the pager.",
    "Go through the open incidents and alerts.",
    "Look at the change calendar.",
    "Read the latest postmortems.",
    "See that you can get into all that you may have to mend.",
)
AT_THE_END = (  # R144
    "Say in the on-call channel that you hand over.",
    "List the open incidents, and how each of them stands.",
    "Tell what worries you, even if it pages nobody yet.",
    "Name the changes of the next 24 hours.",
    "Say thank you.",
)
