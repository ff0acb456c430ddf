"""What only the stack's AWS account can tell, asked before anything is registered. Nothing is changed."""
