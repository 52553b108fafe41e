"""The living business behind both servers: its people, deals, invoices and habits, and its own ledger."""
