"""How a finished file leaves: by mail, or as a message in Slack. Another far side, with its own door for refusals."""
