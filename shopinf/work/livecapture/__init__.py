"""Live Capture: hearing of influencers who show interest in a store, with a script and without one."""
