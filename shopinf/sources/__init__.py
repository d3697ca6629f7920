"""The other far side: who knows of e-mails and profiles whose they are. One file each, one shape.

`catalogue` lists the providers, `specs` reads how they are named. Of each, `balance()` looks whether its key is good,
and `search(…)` yields an `Answer` after another; what came out before an error counts.
"""
