"""The book's database: engine, tables, migrations, and all SQL there is."""
