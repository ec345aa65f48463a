"""What the process that looks at files answers where it will not take one."""


class FileRefused(Exception):
    """`reason`: `pixels` (too many of them), `moving` (too many in all frames of a moving picture) or `damaged` (cannot be read as what it begins as)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
