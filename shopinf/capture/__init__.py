"""Live Capture on the storefront's side: the script, the pixel, the snippet, and the collector they send to."""
