"""Pages of handovers: the tab of a case, the inbox of a KIM body, and its desks."""
