"""shopinf: influencer programmes for Shopify stores, from a terminal."""

__version__ = "0.1.0"
