"""Settings, the URL table, the server's entry. Knows every room, decides nothing."""
