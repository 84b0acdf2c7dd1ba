"""The day and the week as a grid of people or rooms: what is taken, what is closed, where something is free."""
