"""What can be booked: rooms, interpreters, weekly hours, absences and closures."""
