"""HubSpot (hubspot.md); its words stop here."""

from qbconsole.connectors.hubspot.connector import HubSpot
from qbconsole.connectors.hubspot.settings import HubSpotSettings

__all__ = ["HubSpot", "HubSpotSettings"]
