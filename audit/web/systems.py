"""The library for everybody who signs in: the systems of the sources, the frameworks that
items answer to, and the pages of background."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from audit.store.systems import (
    explained,
    get_background,
    get_framework,
    library_backgrounds,
    library_systems,
)
from audit.web.dependencies import ThePage, ThePerson


@get("/library/systems", sync_to_thread=True)
def show_systems(person: ThePerson, page: ThePage) -> Response[Any]:
    return page("systems/systems.html", found=library_systems())


@get("/library/frameworks/{framework:str}", sync_to_thread=True)
def show_framework(person: ThePerson, page: ThePage, framework: FromPath[str]) -> Response[Any]:
    lens = get_framework(framework)
    return page(
        "systems/framework.html",
        lens=lens,
        found=library_systems(),
        pages=explained().get(f"framework:{framework}", ()),
    )


@get("/library/background", sync_to_thread=True)
def show_backgrounds(person: ThePerson, page: ThePage) -> Response[Any]:
    return page("systems/backgrounds.html", backgrounds=library_backgrounds())


@get("/library/background/{name:str}", sync_to_thread=True)
def show_background(person: ThePerson, page: ThePage, name: FromPath[str]) -> Response[Any]:
    return page("systems/background.html", background=get_background(name), found=library_systems())


handlers = [show_systems, show_framework, show_backgrounds, show_background]
