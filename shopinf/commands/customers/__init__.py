"""`shopinf customers`: find the influencers among a store's customers."""

VERBS = ("enrich",)
