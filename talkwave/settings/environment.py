"""Where things are: the environment, the data folder, the address people use, the secret key."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from talkwave.env import read_file, wrong_origin

BASE_DIR = Path(__file__).resolve().parent.parent.parent
_env_file = os.environ.get("ENV_FILE")
env = read_file(Path(_env_file or BASE_DIR / ".env").expanduser(), named=bool(_env_file))

# --- Where things are -----------------------------------------------------------------------------
# A relative path counts from the project, wherever a command is started.
DATA_DIR = env.path("DATA_DIR", "data", base=BASE_DIR)
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
PUBLIC_URL_GIVEN = env.given("PUBLIC_URL")
if _wrong_url := wrong_origin(PUBLIC_URL):
    env.refuse("PUBLIC_URL", _wrong_url)
    PUBLIC_URL = "http://127.0.0.1:8000"  # for the lines up to env.check() only
HTTPS = PUBLIC_URL.startswith("https://")
DEBUG = env.flag("DEBUG", False)
SITE_NAME = env.text("SITE_NAME", "TalkWave")

# Who guesses it can sign in as anybody.
SECRET_KEY_LEAST = 50


def _secret_key() -> str:
    """The given one, else the one `serve` keeps in the data folder, made on first use."""
    if given := env.text("SECRET_KEY"):
        if len(given) < SECRET_KEY_LEAST:
            env.refuse("SECRET_KEY", f"has {len(given)} characters; at least {SECRET_KEY_LEAST} are needed")
        return given
    path = DATA_DIR / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        from django.core.management.utils import get_random_secret_key

        DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        # O_EXCL: of two processes that start at once, one makes the key and the other reads it.
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(get_random_secret_key() + get_random_secret_key())
        except FileExistsError:
            pass
        return path.read_text(encoding="ascii").strip()


try:
    SECRET_KEY = _secret_key()
except OSError as _error:
    env.refuse("DATA_DIR", f"{str(DATA_DIR)!r} cannot be used ({_error.strerror})")
    SECRET_KEY, DATA_DIR = "-", BASE_DIR / "data"  # for the lines up to env.check() only
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

_host = urlsplit(PUBLIC_URL).hostname or ""
_host = f"[{_host}]" if ":" in _host else _host
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or sorted({_host, "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS") or ([PUBLIC_URL] if HTTPS else [])
