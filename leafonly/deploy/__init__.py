"""Put a certificate and its key onto a board, verify it, and undo it if it is not served.

The only part of leafonly that writes to a board.
"""


class Refused(Exception):
    """Nothing is changed on the board: it has its previous files. One line says why."""


class RolledBack(Exception):
    """The new files were not served, and the board has its previous files again."""


class Unfinished(Exception):
    """The board was lost on the way. The message says what is on it, and what to do."""
