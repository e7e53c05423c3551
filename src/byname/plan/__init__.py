"""Whom to reach today, within limits: profile, gate, choice, reasons."""
