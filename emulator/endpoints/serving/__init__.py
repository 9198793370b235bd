"""How a request is answered: routed to a variant, run through its model, counted."""
