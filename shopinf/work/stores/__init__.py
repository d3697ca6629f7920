"""Connecting stores, and looking at what they allow."""
