"""Finished files on their way to people."""
