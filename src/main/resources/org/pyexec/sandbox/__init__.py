"""The Python half of the sandbox."""
