"""Power loss, simulated: a process is run under strace, and what a disk might hold after losing power is rebuilt from its calls."""
