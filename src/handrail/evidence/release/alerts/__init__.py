"""Alerts: a notice on site by one technician, gone after 72 hours; a public alert by two people, corrected or taken back at its address."""
