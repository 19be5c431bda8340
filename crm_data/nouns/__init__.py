"""What only one kind of record can do, one file each; everything shared is in store.records."""
