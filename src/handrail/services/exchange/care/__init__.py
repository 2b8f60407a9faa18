"""Care acts: wound care, rapid tests, vaccines, foot and vein care, as counts at an encounter. A test's result is told, never kept."""
