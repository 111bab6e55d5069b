"""Pure rules of incidents that upper apps read too."""
