"""The registrar's side of booking: the day, people at the window and on the phone, schedules."""
