"""An expected no."""


class Denied(Exception):  # noqa: N818  it is a no, not an error
    """An action refused for a reason a person can read and act upon.

    Subclasses stand beside the action that raises them. `text` is plain Russian for the
    person who asked; one handler per face turns it into a page or problem+json.
    """

    status = 409
    text = "Это действие сейчас невозможно."

    def __init__(self, text: str = "", *, code: str = "") -> None:
        super().__init__(text or self.text)
        self.text = text or self.text
        self.code = code or type(self).__name__
