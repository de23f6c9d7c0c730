"""Booking a doctor: finding, times, one's visits, the waiting list, answers to reminders."""
