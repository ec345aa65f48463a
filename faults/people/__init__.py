"""Simulated people: clients that keep to docs/protocol.md, and what people do with them."""

from faults.people.client import Client, Who
from faults.people.crowd import Crowd

__all__ = ["Client", "Crowd", "Who"]
