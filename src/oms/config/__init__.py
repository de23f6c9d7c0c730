"""The keys of the house: settings, addresses, servers. The only room that knows all others."""
