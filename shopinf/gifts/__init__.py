"""Gifts: who is to get what, what became of it, and where a parcel goes. Pure."""
