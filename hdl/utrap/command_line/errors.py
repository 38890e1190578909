"""The one error that is the user's to mend: it becomes one line and exit status 2, never a traceback."""


class UserError(Exception):
    """What the user asked for cannot be done; the message says what and why, in one line."""

    def __init__(self, message: str):
        super().__init__(one_line(message))


def one_line(text: str) -> str:
    """The text with every run of white space that holds a line break made one space."""
    return " ".join(line.strip() for line in text.splitlines() if line.strip())
