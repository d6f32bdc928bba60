"""What goes wrong in an action, in CKAN's words: `__type`, and either a message or messages by argument.

ActionError              the message is public
+-- BadRequest           400: what was sent cannot be read, or there is no such action; CKAN answers with a text alone
+-- SearchQueryError     400: package_search was given an argument it does not know
+-- NotAuthorized        403: an action that would write
+-- NotFound             404
+-- ValidationError      409: an argument has no value that can be used; names it
+-- SearchDown           503: the index cannot be asked now
"""

from typing import Any


class ActionError(Exception):
    status = 400
    type = ""

    def body(self) -> dict[str, Any] | str:
        """What stands under `error`."""
        return {"__type": self.type, "message": str(self)}


class BadRequest(ActionError):
    def body(self) -> str:
        return f"Bad request - {self}"


class SearchQueryError(ActionError):
    type = "Search Query Error"


class NotAuthorized(ActionError):
    status = 403
    type = "Authorization Error"


class NotFound(ActionError):
    status = 404
    type = "Not Found Error"


class ValidationError(ActionError):
    status = 409
    type = "Validation Error"

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(f"{argument}: {message}")
        self.argument, self.message = argument, message

    def body(self) -> dict[str, Any]:
        return {"__type": self.type, self.argument: [self.message]}


class SearchDown(ActionError):
    status = 503
    type = "Search Index Error"
