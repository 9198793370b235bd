"""Tests with one observation a request: what it cost, and whether it was answered whole."""
