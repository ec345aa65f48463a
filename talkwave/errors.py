"""The one way an action or a door says no; and what a database says."""

from typing import Final

from django.db import Error, InterfaceError, OperationalError

# Whatever a database raises: a connection that broke is an InterfaceError, which is no DatabaseError.
DATABASE_FAILED: Final = Error
# No connection, or one that broke: nothing of ours is wrong, and the next moment it may work.
DATABASE_AWAY: Final = (OperationalError, InterfaceError)

# The wire's codes (docs/protocol.md) and what a page or the API answers for each.
STATUS: Final = {
    "bad_request": 400,
    "not_found": 404,
    "forbidden": 403,
    "too_long": 413,
    "rate_limited": 429,
    "read_only": 403,
    "conflict": 409,
    "unavailable": 503,
}


class Refused(Exception):
    """A change or a look that is not granted.

    `code` is one of the wire's codes, `detail` a whole sentence for the person who asked,
    `retry_after` seconds, for `rate_limited` and `unavailable`.
    """

    def __init__(self, code: str, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def as_wire(self) -> dict[str, object]:
        answer: dict[str, object] = {"type": "error", "code": self.code, "detail": str(self.detail)}
        if self.retry_after is not None:
            answer["retry_after"] = round(self.retry_after, 3)
        return answer
