"""`canaryctl uninstall-check`: may a stack be deleted now, and what is left of it afterwards?

Rules: `found` reads, `verdict` judges what was read and knows nothing of AWS's calls, `show` says
it. What was not read is never taken for safe: a read that fails ends the check.
"""
