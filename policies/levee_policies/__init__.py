"""What a regulated log stream must be, as rules over a plan."""
