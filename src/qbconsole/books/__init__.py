"""Books: their folders, settings, rules, secrets and clock."""
