"""Events to the open pages of the console: each page is told what changed of what its user may see."""
