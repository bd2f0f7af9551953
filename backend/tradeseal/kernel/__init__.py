"""Words and numbers shared by all contexts. Standard library only."""
