"""Information sharing: the catalogue, records owed and given, requests, shared bases, events."""
