"""What the demo company has learned: postmortems and action items of the incidents that the demo tells."""
