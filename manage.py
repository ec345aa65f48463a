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
            os.environ["DATA_DIR"] = str(Path(folder).expanduser().resolve())
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
