"""Tests of previews and opinion asks."""
