"""Settings from the environment: typed, loud on nonsense, every wrong value named at once."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class WrongSettings(Exception):
    """One or more variables of the environment cannot be used; the text names each with the reason."""


def environ_with(file: Path) -> dict[str, str]:
    """The environment, and under it what a file of `NAME=value` lines says (`.env`, as other tools read it too).

    Raises OSError where there is none, or none to be read, and UnicodeError.
    """
    found = {}
    for line in file.read_text(encoding="utf-8-sig").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            found[name.strip()] = value[1:-1] if quoted else value
    return {**found, **os.environ}


def read_file(file: Path, *, named: bool) -> "Env":
    """The environment with what `file` says; one that cannot be read is refused, and so is one that is not there where
    somebody named it."""
    try:
        return Env(environ_with(file))
    except (OSError, UnicodeError) as error:
        env = Env()
        if isinstance(error, FileNotFoundError):
            if named:
                env.refuse("ENV_FILE", f"there is no {str(file)!r}")
        else:
            env.refuse("ENV_FILE", f"cannot read {str(file)!r} ({_why(error)})")
        return env


def _why(error: OSError | UnicodeError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else "not written in UTF-8"


def wrong_origin(url: str) -> str | None:
    """What speaks against `url` as the address of the whole site; None where nothing does."""
    if not url.startswith(("http://", "https://")):
        return f"{url!r} does not begin with http:// or https://"
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole:
        return f"{url!r} is not an address like https://chat.example"
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        return f"{url!r} has more than a host and a port: the site needs a name of its own"
    return None


def wrong_redis(url: str) -> str | None:
    """What speaks against `url` as the address of a Redis. It may hold a password, so it is not repeated."""
    try:
        parts = urlsplit(url)
        there = bool(parts.path) if parts.scheme == "unix" else bool(parts.hostname) and parts.port != 0
    except ValueError:
        there = False
    if there and parts.scheme in ("redis", "rediss", "unix"):
        return None
    return "is not written redis://HOST:PORT/0, rediss://HOST:PORT/0 or unix:///PATH"


def place(raw: str, port: int) -> tuple[str, int]:
    """`HOST` or `HOST:PORT`, with `port` where none is given; raises ValueError."""
    parts = urlsplit(f"//{raw}")
    if not parts.hostname or parts.path or parts.query or parts.username is not None:
        raise ValueError("is not written HOST:PORT")
    return parts.hostname, parts.port or port


class Env:
    """Reads variables, collects what is wrong with them, and says it all together in `check()`.

    A secret may also come from a file: `NAME_FILE=/run/secrets/name` is read where `NAME` is not set.
    """

    def __init__(self, environ: dict[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._wrong: list[str] = []

    def _read(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        raw = self._environ.get(name)
        if raw is None and (path := self._environ.get(f"{name}_FILE")):
            try:
                raw = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeError) as error:
                self._wrong.append(f"{name}_FILE: cannot read {path!r} ({_why(error)})")
                return default
        if raw is None or raw.strip() == "":
            return default
        try:
            return parse(raw.strip())
        except ValueError as error:
            self._wrong.append(f"{name}: {error}")
            return default

    def text(self, name: str, default: str = "", *, choices: tuple[str, ...] = ()) -> str:
        def parse(raw: str) -> str:
            if choices and raw not in choices:
                raise ValueError(f"{raw!r} is not one of {', '.join(choices)}")
            return raw

        return self._read(name, default, parse)

    def path(self, name: str, default: str, *, base: Path) -> Path:
        """A relative one counts from `base`."""

        def parse(raw: str) -> Path:
            try:
                return (base / Path(raw).expanduser()).resolve()
            except OSError as error:
                raise ValueError(f"{raw!r} cannot be used ({error.strerror})") from None
            except RuntimeError:  # ~somebody
                raise ValueError(f"{raw!r} is in the home of nobody who is here") from None

        return self._read(name, parse(default), parse)

    def flag(self, name: str, default: bool = False) -> bool:
        def parse(raw: str) -> bool:
            if raw.lower() in ("1", "true", "yes", "on"):
                return True
            if raw.lower() in ("0", "false", "no", "off"):
                return False
            raise ValueError(f"{raw!r} is neither true nor false")

        return self._read(name, default, parse)

    def number(self, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
        def parse(raw: str) -> int:
            try:
                value = int(raw)
            except ValueError:
                raise ValueError(f"{raw!r} is not a whole number") from None
            if not least <= value <= most:
                raise ValueError(f"{value} is not between {least} and {most}")
            return value

        return self._read(name, default, parse)

    def decimal(self, name: str, default: float, *, least: float = 0.0, most: float = 86_400.0) -> float:
        def parse(raw: str) -> float:
            try:
                value = float(raw)
            except ValueError:
                raise ValueError(f"{raw!r} is not a number") from None
            if not least <= value <= most:  # neither is nan
                raise ValueError(f"{raw} is not between {least} and {most}")
            return value

        return self._read(name, default, parse)

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        return self._read(name, list(default), lambda raw: [word.strip() for word in raw.split(",") if word.strip()])

    def places(self, name: str, port: int) -> list[tuple[str, int]]:
        """Several of `HOST:PORT`, comma-separated; `port` where one has none."""
        return self._read(name, [], lambda raw: [place(word.strip(), port) for word in raw.split(",") if word.strip()])

    def rate(self, name: str, default: str) -> tuple[float, int]:
        """A token bucket written `PER_SECOND/BURST`, as in `5/20`; returns (tokens a second, bucket size)."""

        def parse(raw: str) -> tuple[float, int]:
            try:
                per_second, burst = raw.split("/")
                rate, size = float(per_second), int(burst)
            except ValueError:
                raise ValueError(f"{raw!r} is not written PER_SECOND/BURST, as in 5/20") from None
            if not rate > 0 or size < 1:
                raise ValueError(f"{raw!r} would let nothing through")
            return rate, size

        return self._read(name, parse(default), parse)

    def given(self, name: str) -> bool:
        """Whether somebody has set it, rather than left it to its default."""
        return bool(self._environ.get(name, "").strip() or self._environ.get(f"{name}_FILE"))

    def refuse(self, name: str, reason: str) -> None:
        """For a value that parses but cannot be used."""
        self._wrong.append(f"{name}: {reason}")

    def check(self) -> None:
        """Raises WrongSettings where anything read so far was wrong."""
        if self._wrong:
            raise WrongSettings("wrong settings: " + "; ".join(self._wrong))
