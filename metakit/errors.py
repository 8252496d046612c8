"""How MetaKit speaks of mistakes. Free of torch, so that the command line and the demo's server start at once."""


class MetaKitError(Exception):
    """A mistake the user can mend; the message is one sentence that says what to do next."""
