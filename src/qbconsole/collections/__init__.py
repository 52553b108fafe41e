"""The desk of overdue invoices: follow-ups for salespeople, and payment status back to the deal."""
