"""What to call a browser, from what it says of itself. Pure; a guess for a list, never for a decision."""

NAMES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
LONGEST = 60


def browser_of(agent: str) -> str:
    """Return "Firefox on Linux", the beginning of what else stands there, or that it says nothing."""
    name = next((word for mark, word in NAMES if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    if name and system:
        return f"{name} on {system}"
    return agent[:LONGEST] or "A browser that does not say"
