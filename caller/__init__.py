"""A telephone for tests and `doctor`: it calls as the public does, presses keys, recognizes prompts."""
