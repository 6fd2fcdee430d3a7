"""How it is asked for: one module per page or thing."""
