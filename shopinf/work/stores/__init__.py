"""Taking a store up and letting it go, in an order that a run can be killed in."""
