"""Tests that drive the system's Chromium against the real server."""
