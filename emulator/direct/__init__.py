"""Calls that reach the account without becoming an HTTP request and an HTTP answer on the way.

The SDK checks and writes a call as always; a JSON service's answer is then read straight off what
moto found, in the form the SDK would have made of it. Everything else goes the long way: other
protocols, streams, errors and what the short way cannot write. Nothing but speed depends on it:
`emulator/tests/direct` compares the two ways.
"""
