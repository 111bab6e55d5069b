"""Rules of the public page: states, uptime, overall indicator, leaks, proposed sentences. Pure: no ORM, no clock."""
