"""What a team may do for a customer, as data: playbooks that are checked before anything reads them."""
