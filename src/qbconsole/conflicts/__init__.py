"""The desk of conflicts: fields that both sides hold and that differ from what was agreed."""
