"""Whole jobs on a workspace: read, compute, write, in one transaction.

Every job returns a `Report` whose books balance (read = stored + unchanged +
rejected), takes ``progress`` (which may raise `Cancelled`), and with ``dry_run``
does everything but store it. The command line and the plugin are thin doors to
these functions; names and parameters are the same.
"""
