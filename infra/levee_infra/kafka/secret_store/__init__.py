"""Where the passwords of service credentials are kept. Nothing outside this package sees how."""
