"""Assignments."""

from litestar.handlers import HTTPRouteHandler

handlers: list[HTTPRouteHandler] = []
