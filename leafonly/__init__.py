"""leafonly tells which clients connect to a camera that can present only its leaf."""

__version__ = "0.1.0"
