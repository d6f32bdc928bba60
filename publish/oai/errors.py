"""What a request can be told instead of an answer (section 3.6); all of it with status 200, as the protocol wants.

OaiError
+-- BadVerb                    the verb is missing, unknown or repeated
+-- BadArgument                an argument is missing, unknown, repeated or cannot be read
+-- BadResumptionToken         the token was not made here, for another verb, or over a log that is no more
+-- CannotDisseminateFormat    there is no such format
+-- IdDoesNotExist             nothing public has, or ever had, this identifier
+-- NoRecordsMatch             the list is empty
"""


class OaiError(Exception):
    """The message names the value, what is allowed and what to do."""

    code = ""


class BadVerb(OaiError):
    code = "badVerb"


class BadArgument(OaiError):
    code = "badArgument"


class BadResumptionToken(OaiError):
    code = "badResumptionToken"


class CannotDisseminateFormat(OaiError):
    code = "cannotDisseminateFormat"


class IdDoesNotExist(OaiError):
    code = "idDoesNotExist"


class NoRecordsMatch(OaiError):
    code = "noRecordsMatch"


# Errors after which the request is not repeated with its arguments (section 3.2): they cannot be trusted to be any.
UNREPEATED = (BadVerb, BadArgument)
