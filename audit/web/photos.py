"""Photos: the door by which phones send their bytes, chunk by chunk, and looking at them.

A chunk may come at any time, in any order and more than once; the answer says which are
here, so that whatever was cut off goes on from there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, get, put
from litestar.params import FromPath, FromQuery

from audit.clock import now
from audit.domain.delivery import Arrival
from audit.domain.event import Photo
from audit.domain.people import Person
from audit.domain.photo import Arrived, check_chunk, length, pieces
from audit.domain.problems import N_, Busy, Invalid, NotFound
from audit.store.database import Database
from audit.store.incoming import Incoming
from audit.store.photos import file_photo, list_arrived, must_have_room, standing
from audit.store.pictures import get_picture
from audit.store.tokens import check_token
from audit.web.dependencies import AnyRequest, TheDatabase, ThePerson
from audit.web.events import bearer, body
from audit.work.photos import PICTURE, THUMBNAIL, Damaged, Darkroom
