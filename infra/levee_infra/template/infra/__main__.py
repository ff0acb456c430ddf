"""What `pulumi up` runs."""

from levee_infra.__main__ import main

main()
