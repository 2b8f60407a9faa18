"""Tests that drive the system's Chromium on a house on trial. No Django runs in their process."""
