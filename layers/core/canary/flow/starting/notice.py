"""What people are told of a hands-off start that did not come about; nothing was changed by it."""

import hashlib
from datetime import datetime

from canary.domain.errors import CanaryError
from canary.domain.rollout.forms.mail import Mail
from canary.domain.rollout.forms.subject import subject_of
from canary.domain.time import minute_of
from canary.ports.starting import Starts
from canary.ports.telling import Publisher

NEVER = (
    "If nobody acts: this one is not started; the next configuration or package is looked at "
    "afresh."
)
AGAIN = (
    "If nobody acts: this one is not started. Once that is put right it is, within a quarter of an "
    "hour, by itself."
)


class Notices:
    """Tells each notice once; one whose publication is lost is told again by the next event."""

    def __init__(self, starts: Starts, publisher: Publisher) -> None:
        """Take where notices are noted, and the publisher."""
        self._starts = starts
        self._publisher = publisher

    def not_started(
        self, of: str, occasion: str, why: CanaryError | str, now: datetime, *, again: bool = False
    ) -> str:
        """Tell why nothing was started of an endpoint or a group, and return it; `again`: what is
        wrong with it is looked at again.
        """
        text = f"{occasion}: {why}"
        notice = hashlib.sha256(f"{of}/{text}".encode()).hexdigest()[:24]
        if self._starts.was_told(notice):
            return f"told before: {text}"
        mail = Mail(
            subject=subject_of(of, "not started by itself", str(why)),
            body="\n".join(
                (
                    f"No rollout was started by itself. {occasion}.",
                    "Nothing was changed: what serves is as it was.",
                    f"Why: {why}",
                    AGAIN if again else NEVER,
                )
            ),
        )
        self._publisher.publish(mail, {"id": notice, "kind": "not_started", "endpoint": of})
        self._starts.told(notice, minute_of(now))
        return text
