"""The day of the office: who comes when, in which language, with whom, and whether they came."""
