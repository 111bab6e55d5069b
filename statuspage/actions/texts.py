"""What people typed, made fit to store."""

from core.errors import Invalid


def line_of(text: str, pointer: str, longest: int, noun: str) -> str:
    """Return one line of text; raises Invalid for none, for one that is too long, and for NUL."""
    line = " ".join(text_of(text, pointer, longest).split())
    if not line:
        raise Invalid.field(pointer, f"Write a {noun}.", "required")
    return line


def text_of(text: str, pointer: str, longest: int) -> str:
    """Return a text without the blanks around it, perhaps empty; raises Invalid for a long one and for NUL."""
    text = text.strip()
    if "\0" in text or len(text) > longest:
        raise Invalid.field(pointer, f"Write at most {longest:,} characters, and no NUL.")
    return text
