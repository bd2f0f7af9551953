"""Tickets, orders, fills, positions, profit and loss; venues."""
