"""The pages of the staff: one folder a page."""
