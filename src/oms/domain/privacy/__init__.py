"""A person's rights over their data (152-ФЗ): to see it all, to take it away, to have it erased."""
