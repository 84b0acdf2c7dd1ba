"""The waiting list: who waits for a time or for an earlier one, and whom a freed time is offered to."""
