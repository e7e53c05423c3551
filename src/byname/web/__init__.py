"""The pages: `console` for staff and `api` for programs, over a snapshot and the app database."""
