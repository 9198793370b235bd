"""What the emulated endpoints raise.

EndpointRefusal   a ValidationException of the SageMaker API, in SageMaker's own words
LimitExceeded     a ResourceLimitExceeded of it: the account may not have so many instances
ModelFailure      one row (or one request) a model could not answer; becomes ModelError 424
"""


class EndpointRefusal(Exception):
    """SageMaker says no, and nothing changed."""


class LimitExceeded(EndpointRefusal):
    """The account may not have so many instances of a type; nothing changed."""


class ModelFailure(Exception):
    """A model's own failure, with the HTTP status its container would have answered (4XX or
    5XX).
    """

    def __init__(self, message: str = "Internal Server Error", status: int = 500) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
