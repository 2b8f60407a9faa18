"""Template tags of ours, built in to every template."""
