"""What HTTP asks of a server: routes, errors, headers, limits."""
