"""The token of a visit, asked for by a phone: to whom it goes, and what the phone is told."""

import logging
import re
import secrets
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from audit.clock import now
from audit.domain.delivery import DEVICE
from audit.domain.phone import Phone, Sent, Standing
from audit.domain.problems import N_
from audit.domain.text import readable
from audit.filters import filters
from audit.languages import gettext
from audit.settings import Settings
from audit.store.phones import add_incident, get_standing
from audit.store.tokens import open_token
from audit.store.visits import get_visit
from audit.web.dependencies import (
    AnyRequest,
    TheDatabase,
    TheForm,
    ThePage,
    ThePerson,
    TheSettings,
    lasting_cookie,
)
from audit.web.events import reply
from audit.web.forms import Form
from audit.web.pages import Page

AFTER_DUE = timedelta(days=30)  # how long a phone may still deliver
PHONE, PHONE_DAYS = "phone", 400  # the longest that browsers keep a cookie
CLEARED = N_(
    "This browser has cleared its storage. %(n)s entries of this phone had been received, the "
    "last at %(time)s; they are back. What had not been sent by then is gone. Please go "
    "through the questions again."
)
CLEARED_WITH_NOTHING_HERE = N_(
    "This browser has cleared its storage. Nothing of this phone had been received; whatever "
    "had been filled in here is gone."
)
ELSEWHERE = N_(
    "This is also filled in on another phone, or was on this one before its browser was "
    "cleared: %(n)s entries from there, the last at %(time)s."
)

log = logging.getLogger("mingcha")


class Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """`told`: what the person has to know of this phone, in words."""

    token: str
    expires_at: datetime
    told: tuple[str, ...] = ()


@post("/visits/{visit_id:uuid}/tokens", sync_to_thread=True)
def create_token(
    shopper: ThePerson,
    database: TheDatabase,
    settings: TheSettings,
    form: TheForm,
    page: ThePage,
    request: AnyRequest,
    visit_id: FromPath[UUID],
) -> Response[bytes]:
    """The phone is named by a cookie, so that it is known again when its store is gone."""
    phone = _phone(request, form)
    with database.writing() as session:
        visit = get_visit(session, shopper, visit_id)
        due = datetime.combine(visit.due_on, time.max, UTC)
        until = max(due, now()) + AFTER_DUE
        standing = get_standing(session, visit, phone)
        if standing.cleared:
            add_incident(session, visit, phone, standing.cleared, now())
            log.warning("a phone has lost its store: visit %s, %s", visit.id, standing.cleared)
        token = open_token(session, visit, now(), until, phone)
    answer = reply(Token(token, until, _told(standing, page, settings)))
    answer.cookies.append(lasting_cookie(PHONE, phone.cookie, settings, days=PHONE_DAYS))
    return answer


def _phone(request: AnyRequest, form: Form) -> Phone:
    cookie = request.cookies.get(PHONE, "")
    device, held = form.get("device"), form.get("held")
    return Phone(
        cookie=cookie if DEVICE.fullmatch(cookie) else secrets.token_hex(16),
        device=device if DEVICE.fullmatch(device) else "",
        held=int(held) if re.fullmatch(r"[0-9]{1,6}", held) else 0,
        agent=readable(request.headers.get("user-agent", "")),
    )


def _told(standing: Standing, page: Page, settings: Settings) -> tuple[str, ...]:
    moment = filters(page.language, settings.zone)["moment"]

    def say(message: str, sent: Sent) -> str:
        return gettext(page.language, message, n=sent.entries, time=moment(sent.last_at))

    told = []
    if standing.cleared:
        some = standing.cleared.entries > 0
        told.append(say(CLEARED if some else CLEARED_WITH_NOTHING_HERE, standing.cleared))
    if standing.elsewhere:
        told.append(say(ELSEWHERE, standing.elsewhere))
    return tuple(told)


handlers = [create_token]
