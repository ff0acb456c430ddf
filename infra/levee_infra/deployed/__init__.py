"""What a change is compared with: read from a state, a preview or a git revision, and never taken for empty."""
