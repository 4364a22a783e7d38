"""The service under load, on this machine: capacity, latency, what it adds to the engine, overload, memory."""
