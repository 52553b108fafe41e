"""The outbox: what was decided and is not yet settled on a remote."""
