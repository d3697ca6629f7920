"""Leaving commands to timers: what a command needs there."""
