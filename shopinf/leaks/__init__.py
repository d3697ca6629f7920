"""Codes that got out: what the visits before an order say, and which code sells to strangers since when. Pure rules."""
