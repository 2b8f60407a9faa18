"""What the services did, counted. Only `release` lets a number out."""
