"""What an office offers: how each kind of appointment is, and who may book it."""
