#!/usr/bin/env python
"""TalkWave's command line: `manage.py help` lists what it can do."""

import argparse
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talkwave.settings")
    if sys.argv[1:2] == ["serve"]:
        # `--data` says where the database is, so it has to be known before the settings are read.
        early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        early.add_argument("--data")
        if folder := early.parse_known_args(sys.argv[2:])[0].data:
            try:
                os.environ["DATA_DIR"] = str(Path(folder).expanduser().resolve())
            except (OSError, RuntimeError) as error:
                sys.exit(f"--data {folder} cannot be used: {error}")
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        # A database that is away, or that nobody has prepared yet, is no fault of the program: one line is enough.
        reason = " ".join(str(error).split())
        unprepared = "no such table" in reason or ("relation" in reason and "does not exist" in reason)
        if "--traceback" in sys.argv or not (unprepared or isinstance(error, OperationalError)):
            raise
        hint = "Nothing is in it yet: start the server once, or run `manage.py migrate`." if unprepared else reason
        sys.exit(f"The database cannot be used. {hint}")


if __name__ == "__main__":
    main()
