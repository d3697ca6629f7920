"""The other far side: who knows of e-mails and profiles whose they are. One file each, one shape.

A source is made with a `Door`; `balance()` looks whether its key is good, and `search(…)` yields an `Answer` after
another. What came out before an error counts.
"""
