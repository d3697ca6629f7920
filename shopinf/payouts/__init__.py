"""What influencers are owed and paid: rates, entries, statements and runs, as values."""
