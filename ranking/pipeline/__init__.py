"""What every ranked surface shares: the request, the list that comes out, and what scores it."""
