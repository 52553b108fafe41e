"""What all desks read: links, billing events, the documents that bill them, allocations and statuses."""

from qbconsole.ledger.settling import settle

__all__ = ["settle"]
