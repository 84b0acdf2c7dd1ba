"""What the office's time tells in numbers: who came, how long families wait, what is used, what is interpreted."""
