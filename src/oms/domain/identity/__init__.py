"""Confirmation of identity (подтверждение личности): one file per method."""
