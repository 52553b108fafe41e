"""What all desks read: links, billing events, the documents that bill them, allocations and statuses."""

from qbconsole.ledger.settling import refused, settle

__all__ = ["refused", "settle"]
