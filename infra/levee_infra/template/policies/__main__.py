"""What `pulumi preview --policy-pack policies` runs."""

from pathlib import Path

from levee_policies.__main__ import main

main(Path(__file__).resolve().parents[1])
