"""This machine: its folders, config, stores file, secrets, locks, clock and signals."""
