"""The desk's exchange: files of insurers, their protocols, a look into ФЕРЗЛ."""
