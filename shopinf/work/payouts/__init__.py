"""Closing, paying, and what is said of orders meanwhile: what must survive a kill."""
