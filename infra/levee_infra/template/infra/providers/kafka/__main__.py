"""The plugin's process, as Pulumi starts it."""

from levee_infra.providers.kafka.__main__ import main

if __name__ == "__main__":
    main()
