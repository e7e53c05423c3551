"""Tests of perks and returns."""
