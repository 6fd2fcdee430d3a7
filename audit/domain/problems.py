"""Every way a request can be refused. Each carries an English message id and its values;
the web layer translates and draws it."""

from typing import ClassVar
from uuid import UUID


def N_(message: str) -> str:
    """Marks a message for translation where it is written but not yet shown."""
    return message


class Problem(Exception):
    status: ClassVar[int] = 500
    title: ClassVar[str] = ""  # of its page; empty: by its status

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class Invalid(Problem):
    """What was sent cannot be accepted as it is."""

    status = 422


class NotSignedIn(Problem):
    status = 401


class NotAllowed(Problem):
    """The person may see the thing but not do this with it."""

    status = 403


class NotFound(Problem):
    """It does not exist, or it is someone else's: the two are never told apart."""

    status = 404


class Conflict(Problem):
    """The thing is in a state that does not allow this (any more)."""

    status = 409


class Damaged(Conflict):
    """A visit whose log or checklist cannot be read."""

    def __init__(self, visit: UUID) -> None:
        super().__init__(
            N_(
                "This visit cannot be read just now. Please tell an administrator; what is on "
                "your phone stays there."
            )
        )
        self.visit = visit


class Unreadable(Conflict):
    """The same, told to those who have not written it."""

    title = N_("This visit cannot be read")

    def __init__(self, visit: UUID) -> None:
        super().__init__(
            N_(
                "This visit cannot be read: its log, its checklist, its scenario or what was "
                "released of it is damaged or missing. Ask the administrator to compare them "
                "with a backup."
            )
        )
        self.visit = visit


class UnreadableChecklist(Conflict):
    """A published version whose content is not what its hash says."""

    title = N_("This checklist cannot be read")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "What is kept of this version of the checklist is damaged. Tell the "
                "administrator, who can bring it back from a backup or from its file."
            )
        )


class UnreadableScenario(Conflict):
    title = N_("This scenario cannot be read")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "What is kept of the scenario of this visit is damaged. Tell the administrator, "
                "who can bring it back from a backup."
            )
        )


class UnreadableDraft(Conflict):
    title = N_("This draft cannot be read")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "What is kept of this draft is damaged. Tell the administrator, who can bring it "
                "back from a backup; or throw it away in the list of checklists and begin anew."
            )
        )


class TooMany(Problem):
    status = 429


class TooLarge(Problem):
    status = 413


class Busy(Problem):
    """For the moment; what was asked can be asked again."""

    status = 503
