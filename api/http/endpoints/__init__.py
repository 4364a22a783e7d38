"""The endpoints, each a value that says what it is and a function that answers."""

from api.http.endpoints.registry import ENDPOINTS

__all__ = ["ENDPOINTS"]
