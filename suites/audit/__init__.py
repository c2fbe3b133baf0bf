"""The audit of credentials before they are deployed."""
