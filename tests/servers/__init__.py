"""Real servers that tests talk to, started on loopback and ended by process id."""
