"""自然变更: guided, from the household's page, and the list of those that are not done yet."""
