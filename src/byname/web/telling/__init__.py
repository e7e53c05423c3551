"""Your other systems are told of what customers say and ask for, as it comes, by signed webhooks (S0.16)."""
