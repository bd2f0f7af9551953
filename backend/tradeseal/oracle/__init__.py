"""The opinion is checked, hashed and signed. No numpy here: integers and bytes only."""
