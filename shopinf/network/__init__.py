"""The plain network below both far sides, Shopify and the sources: sockets, proxies, certificates."""
