"""What an operator may read of the account around a stack, one module a service. No function of the
application imports any of it.
"""
