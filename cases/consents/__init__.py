"""What a family agreed to, and what rests on a law instead."""
