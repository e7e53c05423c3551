"""What the pages' templates may say. `{% load portal %}`."""
