"""Pages to run a programme without touching the database."""

from litestar.handlers import HTTPRouteHandler

handlers: list[HTTPRouteHandler] = []
