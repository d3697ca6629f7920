"""Finding influencers among customers, and looking after those who are known."""
