"""The work that commands set going: several steps at the desk, in the ledger and in a store, safe to be stopped."""
