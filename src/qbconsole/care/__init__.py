"""Care of a book's files: backups, putting one back, and looking whether they are as they were written."""
