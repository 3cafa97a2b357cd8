"""The pages and the button that visitors see."""
