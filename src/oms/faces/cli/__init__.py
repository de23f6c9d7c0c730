"""The administrator's command line (API-3): `./oms COMMAND`."""
