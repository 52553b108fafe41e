"""The desk of pending invoices: won deals become billing events, and billing events drafts."""
