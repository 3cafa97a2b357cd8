"""Finding contacts by name in any spelling, by number or a part of it, by e-mail address and by organisation."""
