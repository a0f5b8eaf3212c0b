"""What is proved of a plan or a potential, whoever found it."""
