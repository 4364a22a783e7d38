"""The command line `monoceros`: one file a command, and `main`, which turns every error into a message and an exit code."""
