"""What is true: structs and pure functions. No clock, no file, no environment."""
