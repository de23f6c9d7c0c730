"""The operators' desk (рабочее место): queue, case, people, report."""
