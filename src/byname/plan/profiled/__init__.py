"""Parts of `profile`: who a person is, what they bought, said, gave, and what we did; one row a person each."""
