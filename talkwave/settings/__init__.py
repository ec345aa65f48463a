"""Every setting, from the environment, safe with none set. docs/operators.md lists them."""

import sys

from talkwave.env import WrongSettings
from talkwave.settings.django import *
from talkwave.settings.emoji import *
from talkwave.settings.environment import *
from talkwave.settings.files import *
from talkwave.settings.keeping import *
from talkwave.settings.links import *
from talkwave.settings.logs import *
from talkwave.settings.people import *
from talkwave.settings.rooms import *
from talkwave.settings.search import *
from talkwave.settings.security import *
from talkwave.settings.selecting import *
from talkwave.settings.services import *
from talkwave.settings.threads import *

try:
    env.check()
except WrongSettings as wrong:
    # One clear line instead of a traceback: whoever starts the server reads this on a terminal.
    sys.exit(f"TalkWave cannot start: {wrong}")
