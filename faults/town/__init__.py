"""What a case needs to stand on, and ways to hurt it; all of it on 127.0.0.1, and gone with the run."""

from faults.town.ground import Ground
from faults.town.proxy import Line, Proxy
from faults.town.replicas import Replicated
from faults.town.sentinels import Sentinels
from faults.town.services import Postgres, Valkey
from faults.town.town import Server, Town

__all__ = ["Ground", "Line", "Postgres", "Proxy", "Replicated", "Sentinels", "Server", "Town", "Valkey"]
