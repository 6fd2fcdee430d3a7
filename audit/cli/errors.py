"""How a command says no."""


class Refused(Exception):
    """The command cannot do this; the message is one plain line."""
