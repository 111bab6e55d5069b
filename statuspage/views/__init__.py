"""What visitors and programs ask for: read from memory, from the database, or from the last copy on disk."""
