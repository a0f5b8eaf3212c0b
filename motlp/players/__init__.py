"""The two optimal strategies: the classifier that attains the bound, and the attack that forces it."""
