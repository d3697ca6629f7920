"""Sending gifts to influencers, and following them."""
