"""The console: what a bookkeeper sees and presses. It reads and decides on the database and opens no socket."""
