"""The customers' own pages for a company's app or site that shows them in its own clothes."""
