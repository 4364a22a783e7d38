"""How answers, errors and counts look to people and to programs: shared by the command line and the shell."""
