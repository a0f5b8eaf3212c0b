"""What a plan or a potential proves, whoever found it."""
