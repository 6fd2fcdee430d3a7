"""Mingcha 明察: mystery shopping and observation audits for branches."""

__version__ = "0.1.0"
