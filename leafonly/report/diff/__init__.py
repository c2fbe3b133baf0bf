"""Two reports compared. `difference.compare` compares them, `drawing` shows the difference."""
