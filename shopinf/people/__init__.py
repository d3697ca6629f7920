"""Influencers and customers: how each is known, and how one is found among the other. Pure."""
