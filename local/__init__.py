"""The application in an emulated account on this machine, for the real `aws` command line, any SDK
and `canaryctl`.
"""
