"""Demo data: an invented network of branches, a year of visits, and four people to sign in as.

The same day gives the same data, byte for byte. Everything is made by the functions the
application itself uses.
"""

from audit.demo.build import build, foreign, inhabited

__all__ = ["build", "foreign", "inhabited"]
