"""The formulations, one mathematical model a file, each declared in every framework."""
