"""The account over HTTP on this machine, for programs that live outside this process."""

from emulator.server.account_server import AccountServer

__all__ = ["AccountServer"]
