"""The far side: the only room that knows Shopify's URLs and JSON keys."""
