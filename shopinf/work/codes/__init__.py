"""Codes and their price rules in a store: made, filled by jobs, changed and looked for; what must survive a kill."""
