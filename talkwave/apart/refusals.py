"""What the process answers that opens files where it will not take one."""


class FileRefused(Exception):
    """`reason`: `pixels` (too many of them), `moving` (too many in all frames of a moving picture) or `damaged` (cannot be
    read as what it begins as). Of a process that was ended, `exhausting`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
