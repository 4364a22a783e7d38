"""A client of the service, for programs: typed, signing, with one deadline for all its tries. Sync and async are alike."""

from api.client import options, questions
from api.client.asynchronous import AsyncClient
from api.client.credentials import Credentials, read_credentials
from api.client.errors import ServiceError, UnreachableError
from api.client.questions import Question
from api.client.synchronous import Client
from api.wire import MediaSeen, SearchSeen, Shown

__all__ = [
    "AsyncClient",
    "Client",
    "Credentials",
    "MediaSeen",
    "Question",
    "SearchSeen",
    "ServiceError",
    "Shown",
    "UnreachableError",
    "options",
    "questions",
    "read_credentials",
]
