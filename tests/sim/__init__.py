"""A seeded simulator: devices, a server, clocks, a network and disks around the real code. One seed, one history; it can be had again."""
