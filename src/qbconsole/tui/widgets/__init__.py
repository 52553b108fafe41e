"""The console's own widgets: the table, the header, the footer and the evidence."""
