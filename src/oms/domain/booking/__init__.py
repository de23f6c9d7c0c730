"""Booking of doctors (запись к врачу): schedules, slots, appointments, the waiting list."""
