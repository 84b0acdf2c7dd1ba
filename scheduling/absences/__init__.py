"""Who is away when: entered by the lead for everybody, by an advisor for herself."""
