"""Programs that run a peer in an environment of its own, beside ours in the same run. They import nothing of the house."""
