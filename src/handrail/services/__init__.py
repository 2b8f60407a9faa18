"""What a site offers, a room each. Rooms are strangers: what two of them need lives in core, what joins two is a front."""
