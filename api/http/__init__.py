"""The service: an HTTP API over one index. `create_app` makes the ASGI application, `run_service` serves it in processes."""

from api.http.app import LOOPBACK, create_app
from api.http.exchange import Exchange
from api.http.lanes import Limits
from api.http.making import ServiceOptions, make_service
from api.http.supervisor import run_service
from api.http.worker import Worker
from api.keys import Keys, Scope, read_keys

__all__ = [
    "LOOPBACK",
    "Exchange",
    "Keys",
    "Limits",
    "Scope",
    "ServiceOptions",
    "Worker",
    "create_app",
    "make_service",
    "read_keys",
    "run_service",
]
