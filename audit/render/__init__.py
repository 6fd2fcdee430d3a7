"""How it is drawn on paper: HTML and CSS in, PDF out. Draws structs, computes nothing."""
