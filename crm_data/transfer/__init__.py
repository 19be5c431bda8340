"""What goes in and out: CSV files, backups of the whole database."""
