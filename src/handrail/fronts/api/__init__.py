"""The api: how devices and other systems come in."""
