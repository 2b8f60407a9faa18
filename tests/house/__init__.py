"""Each rule of the house is broken on a copy, and only the tool that keeps it is run; a control probe must stay green."""
