"""Telling people: messages in the cabinet, and how each leaves by e-mail and SMS."""
