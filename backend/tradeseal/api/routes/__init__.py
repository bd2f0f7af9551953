"""Endpoints, one file per subject. They translate; they decide nothing."""
