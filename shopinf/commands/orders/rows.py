"""What several commands about orders say alike."""

ODD_ORDERS = "The next sync asks for them again; until then look at them in Shopify's admin."
