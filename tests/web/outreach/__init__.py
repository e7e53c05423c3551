"""Tests of the outreach."""
