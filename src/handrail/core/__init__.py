"""What every service stands on: encounters, supplies and people, org, journal, ui, common. Imports point down only."""
