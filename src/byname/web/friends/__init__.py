"""Friends whom customers bring: a link and words for who asks for them, who brought whom, thanks; no reward (S0.20)."""
