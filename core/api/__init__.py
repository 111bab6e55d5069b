"""What every REST endpoint of the house shares: sign-in, formats, paging, problems."""
