"""A declared model goes to any solver of its framework, and what the solver answered comes back."""
