"""How much each followed account matters to its follower: learnt, stored for each follow, read by the engine and by features."""
