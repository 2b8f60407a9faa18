"""SQLite with a door: writers of all processes stand in one line, so that none waits long and none meets a lock error."""
