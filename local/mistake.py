"""What a person asked for and cannot have."""


class Mistake(Exception):
    """Names the option, the problem and the remedy."""

    def __init__(self, option: str, problem: str, remedy: str) -> None:
        super().__init__(f"{option}: {problem}. {remedy}.")
