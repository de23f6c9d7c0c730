"""How the outside world fails, as far as a sender must know."""


class GatewayError(Exception):
    """Something outside did not do what was asked. The text is for staff: no personal data."""


class Temporary(GatewayError):  # noqa: N818  it reads better at the place of raising
    """Worth trying again, with the same key: nobody knows whether the first try arrived."""


class NotTaken(Temporary):
    """Surely not accepted, but may be later: somebody else may be asked without a double."""


class Permanent(GatewayError):  # noqa: N818
    """Refused for good: trying the same again is of no use."""


class BadAddress(Permanent):
    """Nobody can be reached at this address; its owner should be told."""
